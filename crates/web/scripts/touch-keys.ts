// Keys beside a screen's keyboard, which has no escape, no control and no arrows.
import type { Terminal } from "@xterm/xterm";

/** Sends what these keys mean; what is typed goes through the answer, for the control key to change it. */
export function screenKeys(terminal: Terminal, send: (data: string) => void): (data: string) => void {
  const control = document.querySelector<HTMLButtonElement>("[data-control]");
  const hold = (held: boolean): void => control?.setAttribute("aria-pressed", String(held));
  const isHeld = (): boolean => control?.getAttribute("aria-pressed") === "true";
  const typed = (data: string): void => {
    const code = data.length === 1 ? data.toUpperCase().charCodeAt(0) : 0;
    // The letters and the signs around them, as terminals have always had it: Ctrl-C is 3.
    const changes = isHeld() && code >= 0x40 && code <= 0x5f;
    hold(false);
    send(changes ? String.fromCharCode(code & 0x1f) : data);
  };
  document.querySelector(".terminal-keys")?.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("button");
    if (!button) return;
    const key = button.dataset["key"];
    if (key) send(terminal.modes.applicationCursorKeysMode ? key.replace("[", "O") : key);
    else if (button === control) hold(!isHeld());
    else if ("paste" in button.dataset) void navigator.clipboard.readText().then((text) => terminal.paste(text));
    terminal.focus();
  });
  return typed;
}
