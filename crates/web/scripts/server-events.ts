// Parts of a page that the server keeps up to date over server-sent events. An event carries elements with ids: `replace`
// replaces those on the page, `append` adds their children to those on the page. `navigate` carries a URL to go to.
import htmx from "htmx.org";

const RECONNECT_MS = 5000;
/** A log this close to its end, in pixels, keeps scrolling as lines are added. */
const SCROLL_TOLERANCE = 40;

let source: EventSource | null = null;
let connectedUrl: string | null = null;

export function initServerEvents(): void {
  connect();
  document.body.addEventListener("htmx:afterSettle", connect);
  // A page in the back-forward cache must not hold a connection.
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
}

function disconnect(): void {
  source?.close();
  source = null;
  connectedUrl = null;
}

function connect(): void {
  const element = document.querySelector<HTMLElement>("[data-events-url]");
  const url = element?.dataset["eventsUrl"] ?? null;
  if (url === connectedUrl && source) return;
  disconnect();
  if (url === null) return;
  connectedUrl = url;
  source = new EventSource(url);
  source.addEventListener("replace", (event) => applyEvent(event.data, replace));
  source.addEventListener("append", (event) => applyEvent(event.data, append));
  source.addEventListener("navigate", (event) => location.assign(event.data));
  // A browser reconnects by itself after network errors, but not after a response that is no event stream.
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return;
    setTimeout(() => document.contains(element) && reconnect(url), RECONNECT_MS);
  });
}

function reconnect(url: string): void {
  if (connectedUrl !== url) return;
  disconnect();
  connect();
}

function applyEvent(html: string, change: (update: Element, current: Element) => void): void {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const update of [...template.content.children]) {
    const current = document.getElementById(update.id);
    if (current) {
      announceChange(update, current);
      change(update, current);
    }
  }
  document.dispatchEvent(new CustomEvent("coder:server-event"));
}

/** Has screen readers read out what changed in the element marked `data-announce`. */
function announceChange(update: Element, current: Element): void {
  const text = (element: Element): string =>
    (element.matches("[data-announce]") ? element : element.querySelector("[data-announce]"))?.textContent?.trim() ?? "";
  const liveRegion = document.querySelector("#live-region");
  if (liveRegion && text(update) !== text(current)) liveRegion.textContent = text(update);
}

function replace(update: Element, current: Element): void {
  // The focus stays on the same control; on the page's heading if that is gone.
  const focused = current.contains(document.activeElement) ? document.activeElement : null;
  const selector = focused && selectorFor(focused);
  current.replaceWith(update);
  htmx.process(update);
  if (!focused) return;
  const control = selector ? update.querySelector<HTMLElement>(selector) : null;
  (control ?? document.querySelector<HTMLElement>("h1"))?.focus();
}

/** A selector that finds the same control in an updated element: by its id, or as the button of the same form. */
function selectorFor(control: Element): string | null {
  if (control.id) return `#${CSS.escape(control.id)}`;
  const action = control.closest("form")?.getAttribute("action");
  return action ? `form[action="${CSS.escape(action)}"] button` : null;
}

function append(update: Element, current: Element): void {
  const isAtEnd = current.scrollHeight - current.scrollTop - current.clientHeight < SCROLL_TOLERANCE;
  current.append(...update.childNodes);
  if (isAtEnd) current.scrollTop = current.scrollHeight;
}
