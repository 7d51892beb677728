// Finds elements as a user does, by their text, and reads properties of the page. The first argument is the query's name.

const [query, ...parameters] = arguments;

const squeeze = (text) => text.replace(/\s+/g, " ").trim();
const textOf = (element) => squeeze(element.innerText ?? element.textContent ?? "");

// Elements below a modal dialog cannot be reached.
const reach = () => [...document.querySelectorAll("dialog:modal")].pop() ?? document.documentElement;
const isShown = (element) =>
  element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

const nameOf = (element) => {
  const labelledBy = element.getAttribute("aria-labelledby");
  if (labelledBy) return squeeze(labelledBy.split(/\s+/).map((id) => textOf(document.getElementById(id))).join(" "));
  const label = element.getAttribute("aria-label");
  if (label) return squeeze(label);
  if (element.labels?.length) return squeeze([...element.labels].map(textOf).join(" "));
  return textOf(element) || squeeze(element.title ?? "");
};

const PRESSABLE = "a[href], button, summary, input[type=checkbox], input[type=radio], input[type=submit], [role=button], [role=tab]";
const FILLABLE = "input:not([type=hidden]), textarea, select";

const named = (selector, name) =>
  [...reach().querySelectorAll(selector)].find((element) => nameOf(element) === name && isShown(element)) ?? null;

const queries = {
  pressable: (name) => named(PRESSABLE, name),
  field: (label) => named(FILLABLE, label),
  text: () => textOf(document.body),
  has: (selector) => document.querySelector(selector) !== null,
  focused: () => (document.activeElement === document.body ? "" : nameOf(document.activeElement)),
  value: (element) => element.value,
  isOn: (element) => (element.ariaChecked ? element.ariaChecked === "true" : element.checked),
  description: (element) =>
    squeeze((element.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean)
      .map((id) => textOf(document.getElementById(id))).join(" ")),
  status: () => performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0,
  matches: (media) => matchMedia(media).matches,
  wide: () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  width: () => document.documentElement.clientWidth,
  height: () => (document.querySelector("dialog:modal") ? innerHeight : document.documentElement.scrollHeight),
};
return queries[query](...parameters);
