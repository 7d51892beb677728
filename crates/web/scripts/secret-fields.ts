// The field of a secret's value: masked, with a count of bytes and a choice of line endings.

const VALUE_FIELD = "textarea.secret-value";
const encoder = new TextEncoder();

export function initSecretFields(): void {
  // A form with errors comes back without the value, which no page ever contains. It is put back here.
  let typed: { value: string; isCrlf: boolean } | null = null;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    const field = document.querySelector<HTMLTextAreaElement>(VALUE_FIELD);
    typed = xhr.status === 422 && field ? { value: field.value, isCrlf: crlfOption(field)?.checked === true } : null;
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    const field = document.querySelector<HTMLTextAreaElement>(VALUE_FIELD);
    if (field && typed) {
      field.value = typed.value;
      if (typed.isCrlf) crlfOption(field)?.click();
      updateCount(field);
    }
    typed = null;
  });
  document.addEventListener("input", (event) => {
    const field = event.target as HTMLElement;
    if (field instanceof HTMLTextAreaElement && field.matches(VALUE_FIELD)) updateCount(field);
  });
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || !field.matches(VALUE_FIELD)) return;
    // A text area keeps only line feeds. With this option, the server writes CRLF again.
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.includes("\r\n")) crlfOption(field)?.click();
  });
  document.addEventListener("change", (event) => {
    const control = event.target as HTMLElement;
    if (control instanceof HTMLInputElement && control.matches("[data-reveal]")) {
      document.getElementById(control.dataset["reveal"] ?? "")?.classList.toggle("is-revealed", control.checked);
    }
    const field = control.closest("form")?.querySelector<HTMLTextAreaElement>(VALUE_FIELD);
    if (field && control.matches("[name='line_endings']")) updateCount(field);
  });
}

function lineEndings(field: HTMLTextAreaElement): HTMLElement | null {
  return field.closest("form")?.querySelector<HTMLElement>("[data-line-endings]") ?? null;
}

function crlfOption(field: HTMLTextAreaElement): HTMLInputElement | null {
  return lineEndings(field)?.querySelector<HTMLInputElement>("[value='crlf']") ?? null;
}

/** Shows how many bytes the value has, and the choice of line endings if it has several lines. */
function updateCount(field: HTMLTextAreaElement): void {
  const options = lineEndings(field);
  if (options) options.hidden = !field.value.includes("\n");
  const value = crlfOption(field)?.checked === true ? field.value.replaceAll("\n", "\r\n") : field.value;
  const bytes = encoder.encode(value).length;
  const limit = Number(field.dataset["maxBytes"]);
  const counter = document.getElementById(`${field.id}-count`);
  if (!counter) return;
  counter.textContent = `${bytes.toLocaleString("en")} of ${limit.toLocaleString("en")} bytes`;
  counter.classList.toggle("is-over-limit", bytes > limit);
}
