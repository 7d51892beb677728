// A terminal in a workspace: xterm on this side, a session of the agent's on the other. The session goes on without its
// viewer: this one comes back to it after the network or the server was away, and finds what was shown.
import { FitAddon } from "@xterm/addon-fit";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import { screenKeys } from "./touch-keys";
import { allowStyles } from "./csp-styles";

type Status = { word: string; class: "is-success" | "is-pending" | "is-danger" | "" };

/** How long to wait before the next try, in milliseconds; doubled up to the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** How many bytes are shown before the server is told: well within what it sends without being told. */
const TELL_AFTER = 64 * 1024;
/** What the server says with a close that another try does not help. */
const ENDED = 1000;
const UNWELCOME = 1008;

const place = document.querySelector<HTMLElement>("#terminal");
if (place) run(place);

function run(place: HTMLElement): void {
  allowStyles();
  const agent = place.dataset["agent"] ?? "";
  const app = place.dataset["app"] ?? "";
  const status = document.getElementById("terminal-status");
  const again = document.getElementById("terminal-again") as HTMLButtonElement | null;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = (): boolean => {
    const chosen = document.documentElement.dataset["theme"];
    return chosen === "dark" || (chosen !== "light" && dark.matches);
  };
  const terminal = new Terminal({
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-mono"),
    fontSize: 14,
    scrollback: 10_000,
    screenReaderMode: true,
    theme: theme(isDark()),
  });
  dark.addEventListener("change", () => (terminal.options.theme = theme(isDark())));
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(new WebLinksAddon((event, url) => {
    event.preventDefault();
    open(url, "_blank", "noopener,noreferrer");
  }));
  terminal.open(place);
  fit.fit();
  terminal.focus();

  let socket: WebSocket | null = null;
  let pause = FIRST_PAUSE;
  let session = sessionOf(agent, app);

  const say = (now: Status): void => {
    if (!status) return;
    status.textContent = now.word;
    status.className = `badge badge-dot ${now.class}`;
  };
  const send = (message: object): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const typed = screenKeys(terminal, (data) => send({ data }));
  terminal.onData(typed);
  // What is no text: reports of a mouse, in an old form.
  terminal.onBinary((data) => send({ bytes: btoa(data) }));
  terminal.onResize(({ cols, rows }) => send({ width: cols, height: rows }));
  new ResizeObserver(() => fit.fit()).observe(place);
  // The usual keys of terminals for copying, where a selection is.
  terminal.attachCustomKeyEventHandler((event) => {
    const copies = event.type === "keydown" && event.ctrlKey && event.shiftKey && event.code === "KeyC";
    if (!copies || !terminal.hasSelection()) return true;
    event.preventDefault();
    void navigator.clipboard.writeText(terminal.getSelection());
    return false;
  });

  const connect = async (): Promise<void> => {
    say({ word: "Connecting", class: "is-pending" });
    const answer = await fetch(`/api/v2/workspaceagents/${agent}/pty-ticket`, { method: "POST" }).catch(() => null);
    if (answer?.status === 401) return location.assign("/login");
    if (!answer?.ok) return retry(answer ? await reason(answer) : "The server cannot be reached");
    const { ticket } = (await answer.json()) as { ticket: string };
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
    let isNew = true;
    let shown = 0;
    opened.onopen = () => {
      pause = FIRST_PAUSE;
      say({ word: "Connected", class: "is-success" });
      send({ width: terminal.cols, height: terminal.rows });
    };
    opened.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      // What the session showed so far comes first, every time.
      if (isNew) terminal.reset();
      isNew = false;
      // A socket of a browser takes whatever comes: the server waits until it is told that this was shown.
      terminal.write(new Uint8Array(data), () => {
        shown += data.byteLength;
        if (shown >= TELL_AFTER) {
          send({ shown });
          shown = 0;
        }
      });
    };
    opened.onclose = ({ code, reason }) => {
      if (socket !== opened) return;
      socket = null;
      if (code === ENDED) return end("Ended", reason || "The session has ended.");
      if (code === UNWELCOME && reason.includes("signed out")) return location.assign("/login");
      retry("Connection lost");
    };
  };
  const retry = (word: string): void => {
    say({ word: `${word}; trying again`, class: "is-danger" });
    setTimeout(() => void connect(), pause * (0.5 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };
  const end = (word: string, text: string): void => {
    say({ word, class: "" });
    terminal.write(`\r\n\x1b[2m${text}\x1b[0m\r\n`);
    forget(agent, app);
    if (again) {
      again.hidden = false;
      again.focus();
    }
  };
  again?.addEventListener("click", () => {
    again.hidden = true;
    session = sessionOf(agent, app);
    terminal.reset();
    terminal.focus();
    void connect();
  });
  // A browser that was asleep, or off the network, need not wait out the pause.
  addEventListener("online", () => {
    if (!socket) pause = FIRST_PAUSE;
  });
  void connect();
}

/** The session of this tab: the same after a reload, another one in another tab. */
function sessionOf(agent: string, app: string): string {
  const key = `session ${agent} ${app}`;
  const known = sessionStorage.getItem(key);
  if (known) return known;
  const made = makeUuid();
  sessionStorage.setItem(key, made);
  return made;
}

function forget(agent: string, app: string): void {
  sessionStorage.removeItem(`session ${agent} ${app}`);
}

/** `crypto.randomUUID` is there on secure pages only. */
function makeUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

async function reason(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { message?: string };
  return (body.message ?? `The server answered with ${answer.status}`).replace(/\.$/, "");
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
