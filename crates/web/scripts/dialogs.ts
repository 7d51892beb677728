// Pages that open as dialogs over the page they were asked for from, and confirm or change something there.

let openedBy: string | null = null;

/** Shows what is swapped into the page's dialog, and brings the focus back when it is done. */
export function dialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest("[hx-target='#dialog'][id]");
    if (opener) openedBy = opener.id;
    if (target.closest("[data-close]")) {
      const dialog = target.closest("dialog");
      if (dialog) {
        event.preventDefault();
        dialog.close();
      }
    }
  });
  // After settling, since htmx moves the focus to what has "autofocus" when it does.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const target = (event as CustomEvent<{ target: Element }>).detail.target;
    const dialog = target.id === "main" ? null : document.querySelector<HTMLDialogElement>("#dialog:not(:empty)");
    if (dialog) show(dialog);
    else if (target.id === "main") settle();
  });
  // Errors that are no form's: somebody was signed out, the server is gone.
  document.body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    say(xhr.getResponseHeader("Coder-Message") ?? `The server answered with ${xhr.status}. Try again.`);
  });
  document.body.addEventListener("htmx:sendError", () => {
    say("The server cannot be reached. Check your connection, then try again.");
  });
  document.addEventListener("close", (event) => {
    if (event.target instanceof HTMLDialogElement) {
      event.target.replaceChildren();
      giveFocusBack();
    }
  }, true);
}

function show(dialog: HTMLDialogElement): void {
  if (!dialog.open) dialog.showModal();
  const wanted = ["[aria-invalid='true']", "[role='alert']:not([hidden])", "[autofocus]", "h1"];
  const first = wanted.map((selector) => dialog.querySelector<HTMLElement>(selector)).find((found) => found);
  if (first?.getAttribute("role") === "alert") first.tabIndex = -1;
  first?.focus();
}

/** The page behind was brought up to date: whatever the dialog was for is done. */
function settle(): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[open]");
  if (dialog) dialog.close();
  else giveFocusBack();
}

function giveFocusBack(): void {
  const opener = openedBy ? document.getElementById(openedBy) : null;
  openedBy = null;
  const menu = opener?.closest("details");
  const place = menu ? menu.querySelector("summary") : opener;
  // What was just made, and is shown only now, comes before both; once.
  const made = document.querySelector<HTMLElement>("#main [autofocus]");
  made?.removeAttribute("autofocus");
  if (made) made.focus();
  else if (place) place.focus();
  else if (document.activeElement === document.body) document.querySelector<HTMLElement>("#main h1")?.focus();
}

/** Tells of something that went wrong, in the open dialog or on the page. */
function say(text: string): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[open]");
  const place = dialog?.querySelector("form") ?? document.querySelector("#main");
  place?.querySelector(":scope > .alert.is-danger[data-passing]")?.remove();
  const problem = document.createElement("p");
  problem.className = "alert is-danger";
  problem.setAttribute("role", "alert");
  problem.dataset["passing"] = "";
  problem.textContent = text;
  place?.prepend(problem);
}
