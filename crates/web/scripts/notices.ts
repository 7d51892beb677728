// What was just done, said once: shown by the server in the page, read out here, and gone after a while.

const SHOWN_MS = 8000;

export function notices(): void {
  attend();
  document.body.addEventListener("htmx:afterSettle", attend);
  document.addEventListener("click", (event) => {
    (event.target as Element).closest(".notice [data-dismiss]")?.closest(".notice")?.remove();
  });
}

function attend(): void {
  const notice = document.querySelector<HTMLElement>(".notice:not([data-attended])");
  if (!notice) return;
  notice.dataset["attended"] = "";
  const text = notice.querySelector(".notice-text")?.textContent ?? "";
  const spoken = document.querySelector("#spoken");
  if (spoken) spoken.textContent = text;
  const leave = (): void => {
    if (notice.matches(":hover, :focus-within")) setTimeout(leave, SHOWN_MS);
    else {
      notice.remove();
      if (spoken?.textContent === text) spoken.textContent = "";
    }
  };
  setTimeout(leave, SHOWN_MS);
}
