// Times as people say them, kept up to date. Without a script they stay as the server wrote them.

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function times(): void {
  say();
  document.body.addEventListener("htmx:afterSettle", say);
  document.addEventListener("coder:live", say);
  setInterval(say, 30_000);
}

function say(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    element.title = at.toLocaleString();
    element.textContent = relative((at.getTime() - Date.now()) / 1000);
  }
}

function relative(seconds: number): string {
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return seconds > 5 ? "in less than a minute" : "just now";
}
