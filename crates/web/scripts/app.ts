// Entry point of every page: what it does beyond plain links and forms. Signing in and secrets work without scripts.
import htmx from "htmx.org";
import { initCopyButtons } from "./copy-buttons";
import { initDialogs } from "./dialogs";
import { initFileImport } from "./file-import";
import { initMenus } from "./menus";
import { initNotices } from "./notices";
import { initRelativeTimes } from "./relative-times";
import { initSecretFields } from "./secret-fields";
import { initServerEvents } from "./server-events";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
// The Content-Security-Policy forbids style attributes.
htmx.config.attributesToSettle = [];
// Settle at once: a later step would move the focus of a user who has already gone on.
htmx.config.defaultSettleDelay = 0;
htmx.config.selfRequestsOnly = true;
// No page content is stored in the browser.
htmx.config.historyEnabled = false;
htmx.config.historyCacheSize = 0;
// 422 is a form with field errors: it replaces the form that was sent.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];

initDialogs();
initMenus();
initNotices();
initCopyButtons();
initSecretFields();
initFileImport();
initRelativeTimes();
initServerEvents();
