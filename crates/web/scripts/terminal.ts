// A terminal in a workspace: xterm.js here, a session of the agent there. The session outlives this page: after a reload,
// or a loss of the network or the server, the page reconnects to it and gets its recent output again.
import { FitAddon } from "@xterm/addon-fit";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import { allowTerminalStyles } from "./csp-styles";
import { initTouchKeys } from "./touch-keys";

type Status = { text: string; class: "is-success" | "is-pending" | "is-danger" | "" };

/** Delay before a reconnect, in milliseconds: doubled after each failure, up to the maximum. */
const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;
/** Acknowledge output after this many bytes: well below the server's limit of 512 KiB of unacknowledged output. */
const ACK_BYTES = 64 * 1024;
/** WebSocket close codes: the session has ended; the server ended the connection, as after a logout. */
const NORMAL_CLOSURE = 1000;
const POLICY_VIOLATION = 1008;

const container = document.querySelector<HTMLElement>("#terminal");
if (container) openTerminal(container);

function openTerminal(container: HTMLElement): void {
  allowTerminalStyles();
  const agent = container.dataset["agent"] ?? "";
  const app = container.dataset["app"] ?? "";
  const status = document.getElementById("terminal-status");
  const newSessionButton = document.getElementById("terminal-new-session") as HTMLButtonElement | null;
  const darkScheme = matchMedia("(prefers-color-scheme: dark)");
  const isDark = (): boolean => {
    const chosen = document.documentElement.dataset["theme"];
    return chosen === "dark" || (chosen !== "light" && darkScheme.matches);
  };
  const terminal = new Terminal({
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-mono"),
    fontSize: 14,
    scrollback: 10_000,
    screenReaderMode: true,
    theme: theme(isDark()),
  });
  darkScheme.addEventListener("change", () => (terminal.options.theme = theme(isDark())));
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(new WebLinksAddon((event, url) => {
    event.preventDefault();
    open(url, "_blank", "noopener,noreferrer");
  }));
  terminal.open(container);
  fit.fit();
  terminal.focus();

  let socket: WebSocket | null = null;
  let retryDelay = MIN_RETRY_MS;
  let session = loadSession(agent, app);

  const setStatus = (next: Status): void => {
    if (!status) return;
    status.textContent = next.text;
    status.className = `badge badge-dot ${next.class}`;
  };
  const send = (message: object): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  terminal.onData(initTouchKeys(terminal, (data) => send({ data })));
  // Not text: mouse reports in the X10 encoding.
  terminal.onBinary((data) => send({ bytes: btoa(data) }));
  terminal.onResize(({ cols, rows }) => send({ width: cols, height: rows }));
  new ResizeObserver(() => fit.fit()).observe(container);
  // Ctrl+Shift+C copies the selection, as in other terminals.
  terminal.attachCustomKeyEventHandler((event) => {
    const isCopy = event.type === "keydown" && event.ctrlKey && event.shiftKey && event.code === "KeyC";
    if (!isCopy || !terminal.hasSelection()) return true;
    event.preventDefault();
    void navigator.clipboard.writeText(terminal.getSelection());
    return false;
  });

  const connect = async (): Promise<void> => {
    setStatus({ text: "Connecting", class: "is-pending" });
    const response = await fetch(`/api/v2/workspaceagents/${agent}/pty-ticket`, { method: "POST" }).catch(() => null);
    if (response?.status === 401) return location.assign("/login");
    if (!response?.ok) return retry(response ? await errorMessage(response) : "The server cannot be reached");
    const { ticket } = (await response.json()) as { ticket: string };
    const query = new URLSearchParams({
      ticket,
      reconnect: session,
      width: String(terminal.cols),
      height: String(terminal.rows),
      flow: "true",
      ...(app ? { app } : {}),
    });
    const url = new URL(`/api/v2/workspaceagents/${agent}/pty?${query}`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const opened = new WebSocket(url);
    opened.binaryType = "arraybuffer";
    socket = opened;
    let isFirst = true;
    let unacknowledged = 0;
    opened.onopen = () => {
      retryDelay = MIN_RETRY_MS;
      setStatus({ text: "Connected", class: "is-success" });
      send({ width: terminal.cols, height: terminal.rows });
    };
    opened.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      // Every connection begins with the session's recent output.
      if (isFirst) terminal.reset();
      isFirst = false;
      // A browser's WebSocket has no back-pressure: the server waits for the acknowledgement of rendered bytes.
      terminal.write(new Uint8Array(data), () => {
        unacknowledged += data.byteLength;
        if (unacknowledged >= ACK_BYTES) {
          send({ shown: unacknowledged });
          unacknowledged = 0;
        }
      });
    };
    opened.onclose = ({ code, reason }) => {
      if (socket !== opened) return;
      socket = null;
      if (code === NORMAL_CLOSURE) return endSession("Ended", reason || "The session has ended.");
      // Without a valid login, the next request leads to the login page.
      if (code === POLICY_VIOLATION) return void connect();
      retry("Connection lost");
    };
  };
  const retry = (error: string): void => {
    setStatus({ text: `${error}; trying again`, class: "is-danger" });
    setTimeout(() => void connect(), retryDelay * (0.5 + Math.random() / 2));
    retryDelay = Math.min(retryDelay * 2, MAX_RETRY_MS);
  };
  const endSession = (statusText: string, message: string): void => {
    setStatus({ text: statusText, class: "" });
    terminal.write(`\r\n\x1b[2m${message}\x1b[0m\r\n`);
    forgetSession(agent, app);
    if (newSessionButton) {
      newSessionButton.hidden = false;
      newSessionButton.focus();
    }
  };
  newSessionButton?.addEventListener("click", () => {
    newSessionButton.hidden = true;
    session = loadSession(agent, app);
    terminal.reset();
    terminal.focus();
    void connect();
  });
  // Back online, the next failure waits only for the shortest delay.
  addEventListener("online", () => {
    if (!socket) retryDelay = MIN_RETRY_MS;
  });
  void connect();
}

/** The session id of this tab: the same after a reload, another one in another tab. */
function loadSession(agent: string, app: string): string {
  const key = sessionKey(agent, app);
  const stored = sessionStorage.getItem(key);
  if (stored) return stored;
  const id = randomUuid();
  sessionStorage.setItem(key, id);
  return id;
}

function forgetSession(agent: string, app: string): void {
  sessionStorage.removeItem(sessionKey(agent, app));
}

function sessionKey(agent: string, app: string): string {
  return `session ${agent} ${app}`;
}

/** A version 4 UUID. `crypto.randomUUID` exists only on secure pages, and a server may be reached over plain HTTP. */
function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The message of an error response, without its final full stop. */
async function errorMessage(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as { message?: string };
  return (body.message ?? `The server responded with status ${response.status}`).replace(/\.$/, "");
}

function theme(isDark: boolean): Record<string, string> {
  return isDark
    ? {
        background: "#0a0d11", foreground: "#e8ecf1", cursor: "#43d1bf", cursorAccent: "#0a0d11",
        selectionBackground: "#2b4a57", black: "#2a323d", red: "#ff8f87", green: "#63d28a", yellow: "#f0b757",
        blue: "#7fb4ff", magenta: "#d9a1ff", cyan: "#43d1bf", white: "#d5dbe3", brightBlack: "#8592a3",
        brightRed: "#ffb3ad", brightGreen: "#8ce8ac", brightYellow: "#ffd58a", brightBlue: "#a9cdff",
        brightMagenta: "#e8c4ff", brightCyan: "#84ebdd", brightWhite: "#ffffff",
      }
    : {
        background: "#ffffff", foreground: "#191d1b", cursor: "#0b6b63", cursorAccent: "#ffffff",
        selectionBackground: "#bfe0db", black: "#191d1b", red: "#b3251e", green: "#1a6b36", yellow: "#8a5300",
        blue: "#1d57b5", magenta: "#7d3aa8", cyan: "#0b6b63", white: "#535b57", brightBlack: "#6b736f",
        brightRed: "#c93a32", brightGreen: "#2a7f49", brightYellow: "#9c6410", brightBlue: "#2f6bd0",
        brightMagenta: "#9450c0", brightCyan: "#1a7f76", brightWhite: "#191d1b",
      };
}
