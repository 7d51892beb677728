// The field of a secret's value: masked, counted in bytes, and kept to the byte.

const encoder = new TextEncoder();

export function secretFields(): void {
  // A form that was refused comes back without the value: no page ever has one in it. What was typed is put back here.
  let kept: { value: string; crlf: boolean } | null = null;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    const field = document.querySelector<HTMLTextAreaElement>("textarea.secret-value");
    kept = xhr.status === 422 && field ? { value: field.value, crlf: crlf(field)?.checked === true } : null;
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    const field = document.querySelector<HTMLTextAreaElement>("textarea.secret-value");
    if (field && kept) {
      field.value = kept.value;
      if (kept.crlf) crlf(field)?.click();
      count(field);
    }
    kept = null;
  });
  document.addEventListener("input", (event) => {
    const field = event.target as HTMLElement;
    if (field instanceof HTMLTextAreaElement && field.matches("textarea.secret-value")) count(field);
  });
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || !field.matches("textarea.secret-value")) return;
    // The field itself knows only line feeds: what was pasted otherwise is written so again by the server.
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.includes("\r\n")) crlf(field)?.click();
  });
  document.addEventListener("change", (event) => {
    const control = event.target as HTMLElement;
    if (control instanceof HTMLInputElement && control.matches("[data-reveal]")) {
      document.getElementById(control.dataset["reveal"] ?? "")?.classList.toggle("is-revealed", control.checked);
    }
    const field = control.closest("form")?.querySelector<HTMLTextAreaElement>("textarea.secret-value");
    if (field && control.matches("[name='line_endings']")) count(field);
  });
}

function endings(field: HTMLTextAreaElement): HTMLElement | null {
  return field.closest("form")?.querySelector<HTMLElement>("[data-line-endings]") ?? null;
}

function crlf(field: HTMLTextAreaElement): HTMLInputElement | null {
  return endings(field)?.querySelector<HTMLInputElement>("[value='crlf']") ?? null;
}

function count(field: HTMLTextAreaElement): void {
  const lines = endings(field);
  if (lines) lines.hidden = !field.value.includes("\n");
  const value = crlf(field)?.checked === true ? field.value.replaceAll("\n", "\r\n") : field.value;
  const bytes = encoder.encode(value).length;
  const most = Number(field.dataset["mostBytes"]);
  const place = document.getElementById(`${field.id}-count`);
  if (!place) return;
  place.textContent = `${bytes.toLocaleString("en")} of ${most.toLocaleString("en")} bytes`;
  place.classList.toggle("is-over-limit", bytes > most);
}
