// Times relative to now ("3 minutes ago"), kept up to date. Without a script they stay as the server wrote them.

/** Units and their length in seconds, years of 365.25 days. */
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const UPDATE_MS = 30_000;
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function initRelativeTimes(): void {
  updateTimes();
  document.body.addEventListener("htmx:afterSettle", updateTimes);
  document.addEventListener("coder:server-event", updateTimes);
  setInterval(updateTimes, UPDATE_MS);
}

function updateTimes(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const time = new Date(element.dateTime);
    if (Number.isNaN(time.getTime())) continue;
    element.title = time.toLocaleString();
    element.textContent = formatRelative((time.getTime() - Date.now()) / 1000);
  }
}

function formatRelative(seconds: number): string {
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return seconds > 5 ? "in less than a minute" : "just now";
}
