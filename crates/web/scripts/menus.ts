// Menus are `details` elements, which open without a script. This closes them and adds the arrow keys.

const OPEN_MENU = "details.menu[open]";
const MENU_ITEMS = ".menu-items a, .menu-items button";

export function initMenus(): void {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>(OPEN_MENU)) {
      const isInside = menu.contains(event.target as Node);
      const item = (event.target as Element).closest(MENU_ITEMS);
      if (!isInside || item) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector<HTMLDetailsElement>(OPEN_MENU);
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moveFocus(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });
  // Moving the focus out of a menu closes it.
  document.addEventListener("focusin", (event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>(OPEN_MENU)) {
      if (!menu.contains(event.target as Node)) menu.open = false;
    }
  });
}

function moveFocus(menu: HTMLDetailsElement, step: 1 | -1): void {
  const items = [...menu.querySelectorAll<HTMLElement>(MENU_ITEMS)];
  const current = items.indexOf(document.activeElement as HTMLElement);
  const next = current < 0 ? (step > 0 ? 0 : items.length - 1) : (current + step + items.length) % items.length;
  items[next]?.focus();
}
