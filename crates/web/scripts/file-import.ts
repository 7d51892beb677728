// A file of secrets that is dropped or chosen is imported at once.

const MOST_BYTES = 1024 * 1024;
const KNOWN = /\.(env|json|ya?ml)$/i;

export function imports(): void {
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement && field.matches("[data-import]") && field.files?.length) send(field);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = (event.target as Element).closest?.(".drop-zone");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("is-dragover", kind === "dragover");
      const field = zone.querySelector<HTMLInputElement>("[data-import]");
      const files = (event as DragEvent).dataTransfer?.files;
      if (kind === "drop" && field && files?.length) {
        field.files = files;
        send(field);
      }
    });
  }
}

function send(field: HTMLInputElement): void {
  const file = field.files?.[0];
  const form = field.form;
  if (!file || !form) return;
  const problem = refuse(file);
  const place = form.querySelector<HTMLElement>("[data-import-error]");
  if (place) {
    place.textContent = problem ?? "";
    place.hidden = problem === null;
  }
  if (problem === null) form.requestSubmit();
  else field.value = "";
}

function refuse(file: File): string | null {
  if (!KNOWN.test(file.name)) return "Unsupported file type. Import a .env, .json, .yaml, or .yml file.";
  if (file.size > MOST_BYTES) return "File is too large. Import a file of 1 MiB or smaller.";
  return null;
}
