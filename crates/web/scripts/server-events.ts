// Parts of a page that the server keeps up to date, over server-sent events. An event carries elements by id: `replace`
// puts each in the place of the one on the page, `append` adds its children to it.

import htmx from "htmx.org";

const RETRY_MS = 5000;

let source: EventSource | null = null;
let followed: string | null = null;

export function live(): void {
  follow();
  document.body.addEventListener("htmx:afterSettle", follow);
  // A page that the browser keeps for going back to must not hold a connection.
  addEventListener("pagehide", close);
  addEventListener("pageshow", follow);
}

function close(): void {
  source?.close();
  source = null;
  followed = null;
}

function follow(): void {
  const place = document.querySelector<HTMLElement>("[data-live]");
  const url = place?.dataset["live"] ?? null;
  if (url === followed && source) return;
  close();
  if (url === null) return;
  followed = url;
  source = new EventSource(url);
  source.addEventListener("replace", (event) => apply(event.data, replace));
  source.addEventListener("append", (event) => apply(event.data, append));
  // A browser tries again by itself while nobody answers, and gives up at an answer that is no stream of events.
  source.addEventListener("error", () => {
    if (source?.readyState === EventSource.CLOSED) setTimeout(() => document.contains(place) && retry(url), RETRY_MS);
  });
  source.addEventListener("leave", (event) => location.assign(event.data));
}

function retry(url: string): void {
  if (followed !== url) return;
  close();
  follow();
}

function apply(html: string, change: (from: Element, to: Element) => void): void {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const element of [...template.content.children]) {
    const place = document.getElementById(element.id);
    if (place) {
      announce(element, place);
      change(element, place);
    }
  }
  document.dispatchEvent(new CustomEvent("coder:live"));
}

/** Says what is new, for those who do not see it. */
function announce(element: Element, place: Element): void {
  const text = (of: Element): string =>
    (of.matches("[data-announce]") ? of : of.querySelector("[data-announce]"))?.textContent?.trim() ?? "";
  const spoken = document.querySelector("#spoken");
  if (spoken && text(element) !== text(place)) spoken.textContent = text(element);
}

function replace(element: Element, place: Element): void {
  // Who is at something in it by keyboard stays there; where that is gone, at the page's heading.
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  place.replaceWith(element);
  htmx.process(element);
  if (focused) (element.querySelector<HTMLElement>(sameAs(focused)) ?? document.querySelector<HTMLElement>("h1"))?.focus();
}

/** What finds the same control again: by its id, or as the button of the same form. */
function sameAs(control: Element): string {
  if (control.id) return `#${CSS.escape(control.id)}`;
  const action = control.closest("form")?.getAttribute("action");
  return action ? `form[action="${CSS.escape(action)}"] button` : "[data-none]";
}

function append(element: Element, place: Element): void {
  const follows = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
  place.append(...element.childNodes);
  if (follows) place.scrollTop = place.scrollHeight;
}

