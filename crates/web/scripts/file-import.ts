// A file of secrets that is dropped or chosen is imported at once.

/** The server's limit. */
const MAX_BYTES = 1024 * 1024;
const SUPPORTED_NAME = /\.(env|json|ya?ml)$/i;

export function initFileImport(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input instanceof HTMLInputElement && input.matches("[data-import]") && input.files?.length) submitFile(input);
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      const zone = (event.target as Element).closest?.(".drop-zone");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("is-dragover", type === "dragover");
      const input = zone.querySelector<HTMLInputElement>("[data-import]");
      const files = (event as DragEvent).dataTransfer?.files;
      if (type === "drop" && input && files?.length) {
        input.files = files;
        submitFile(input);
      }
    });
  }
}

function submitFile(input: HTMLInputElement): void {
  const file = input.files?.[0];
  const form = input.form;
  if (!file || !form) return;
  const error = validateFile(file);
  const message = form.querySelector<HTMLElement>("[data-import-error]");
  if (message) {
    message.textContent = error ?? "";
    message.hidden = error === null;
  }
  if (error === null) form.requestSubmit();
  else input.value = "";
}

/** Returns the error to show, or null. The server checks the same. */
function validateFile(file: File): string | null {
  if (!SUPPORTED_NAME.test(file.name)) return "Unsupported file type. Import a .env, .json, .yaml, or .yml file.";
  if (file.size > MAX_BYTES) return "File is too large. Import a file of 1 MiB or smaller.";
  return null;
}
