// The notice after an action: rendered by the server, read out here, and removed after a while.

const VISIBLE_MS = 8000;

export function initNotices(): void {
  announceNotice();
  document.body.addEventListener("htmx:afterSettle", announceNotice);
  document.addEventListener("click", (event) => {
    (event.target as Element).closest(".notice [data-dismiss]")?.closest(".notice")?.remove();
  });
}

function announceNotice(): void {
  const notice = document.querySelector<HTMLElement>(".notice:not([data-announced])");
  if (!notice) return;
  notice.dataset["announced"] = "";
  const text = notice.querySelector(".notice-text")?.textContent ?? "";
  const liveRegion = document.querySelector("#live-region");
  if (liveRegion) liveRegion.textContent = text;
  const remove = (): void => {
    // Not while it is being read or used.
    if (notice.matches(":hover, :focus-within")) setTimeout(remove, VISIBLE_MS);
    else {
      notice.remove();
      if (liveRegion?.textContent === text) liveRegion.textContent = "";
    }
  };
  setTimeout(remove, VISIBLE_MS);
}
