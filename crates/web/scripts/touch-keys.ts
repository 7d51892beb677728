// Keys that on-screen keyboards lack: Escape, Tab, Control and arrows, as buttons below the terminal.
import type { Terminal } from "@xterm/xterm";

/** Sends the keys of the buttons. Returns the handler for typed text, which the Control button changes. */
export function initTouchKeys(terminal: Terminal, send: (data: string) => void): (data: string) => void {
  const control = document.querySelector<HTMLButtonElement>("[data-control]");
  const setControl = (isPressed: boolean): void => control?.setAttribute("aria-pressed", String(isPressed));
  const isControlPressed = (): boolean => control?.getAttribute("aria-pressed") === "true";
  const handleInput = (data: string): void => {
    const code = data.length === 1 ? data.toUpperCase().charCodeAt(0) : 0;
    // Control turns "@" to "_" into the control characters 0 to 31: Ctrl-C is 3.
    const isControlCharacter = isControlPressed() && code >= 0x40 && code <= 0x5f;
    setControl(false);
    send(isControlCharacter ? String.fromCharCode(code & 0x1f) : data);
  };
  document.querySelector(".terminal-keys")?.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("button");
    if (!button) return;
    const key = button.dataset["key"];
    if (key) send(terminal.modes.applicationCursorKeysMode ? key.replace("[", "O") : key);
    else if (button === control) setControl(!isControlPressed());
    else if ("paste" in button.dataset) void navigator.clipboard.readText().then((text) => terminal.paste(text));
    terminal.focus();
  });
  return handleInput;
}
