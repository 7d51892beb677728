// Links with `hx-target="#dialog"` open a page as a dialog over the current one; its forms are answered there.

let openerId: string | null = null;

/** Opens the dialog when htmx has swapped a page into it, and restores the focus when it closes. */
export function initDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest("[hx-target='#dialog'][id]");
    if (opener) openerId = opener.id;
    if (target.closest("[data-close]")) {
      const dialog = target.closest("dialog");
      if (dialog) {
        event.preventDefault();
        dialog.close();
      }
    }
  });
  // Not before settling: that is when htmx focuses "autofocus" elements.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const target = (event as CustomEvent<{ target: Element }>).detail.target;
    const dialog = target.id === "main" ? null : document.querySelector<HTMLDialogElement>("#dialog:not(:empty)");
    if (dialog) openDialog(dialog);
    else if (target.id === "main") afterSwap();
  });
  // Errors that no form shows: the session was revoked, or the server failed.
  document.body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    showError(xhr.getResponseHeader("Coder-Message") ?? `The server responded with status ${xhr.status}. Try again.`);
  });
  document.body.addEventListener("htmx:sendError", () => {
    showError("The server cannot be reached. Check your connection, then try again.");
  });
  document.addEventListener("close", (event) => {
    if (event.target instanceof HTMLDialogElement) {
      event.target.replaceChildren();
      restoreFocus();
    }
  }, true);
}

function openDialog(dialog: HTMLDialogElement): void {
  if (!dialog.open) dialog.showModal();
  const candidates = ["[aria-invalid='true']", "[role='alert']:not([hidden])", "[autofocus]", "h1"];
  const first = candidates.map((selector) => dialog.querySelector<HTMLElement>(selector)).find((found) => found);
  if (first?.getAttribute("role") === "alert") first.tabIndex = -1;
  first?.focus();
}

/** The main part of the page was replaced: the dialog's form has been carried out. */
function afterSwap(): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[open]");
  if (dialog) dialog.close();
  else restoreFocus();
}

function restoreFocus(): void {
  const opener = openerId ? document.getElementById(openerId) : null;
  openerId = null;
  const menu = opener?.closest("details");
  const trigger = menu ? menu.querySelector("summary") : opener;
  // A token that was just created is shown only now, so its copy button comes first, once.
  const created = document.querySelector<HTMLElement>("#main [autofocus]");
  created?.removeAttribute("autofocus");
  if (created) created.focus();
  else if (trigger) trigger.focus();
  else if (document.activeElement === document.body) document.querySelector<HTMLElement>("#main h1")?.focus();
}

/** Shows an error at the top of the open dialog's form, or of the page. */
function showError(text: string): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[open]");
  const container = dialog?.querySelector("form") ?? document.querySelector("#main");
  container?.querySelector(":scope > .alert[data-transient]")?.remove();
  const alert = document.createElement("p");
  alert.className = "alert is-danger";
  alert.setAttribute("role", "alert");
  alert.dataset["transient"] = "";
  alert.textContent = text;
  container?.prepend(alert);
}
