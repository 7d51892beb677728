// What every page of the dashboard does beyond plain links and forms. Without it, log-in and secrets still work.
import htmx from "htmx.org";
import { copyButtons } from "./copy-buttons";
import { dialogs } from "./dialogs";
import { imports } from "./file-import";
import { live } from "./server-events";
import { menus } from "./menus";
import { notices } from "./notices";
import { secretFields } from "./secret-fields";
import { times } from "./relative-times";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
// The page's policy refuses styles that are written as attributes.
htmx.config.attributesToSettle = [];
// What was swapped in is ready at once: nothing moves the focus of somebody who has gone on meanwhile.
htmx.config.defaultSettleDelay = 0;
htmx.config.selfRequestsOnly = true;
// Nothing that was on a page is to be kept by the browser.
htmx.config.historyEnabled = false;
htmx.config.historyCacheSize = 0;
// A form that was refused comes back with what is wrong with it.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];

dialogs();
menus();
notices();
copyButtons();
secretFields();
imports();
times();
live();
