// Buttons that copy the text of the element they name.

export function copyButtons(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset["copy"] ?? "")?.textContent ?? "";
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text.trim());
      button.textContent = "Copied";
    } catch {
      // Without permission: select it, so that the usual keys do it.
      const source = document.getElementById(button.dataset["copy"] ?? "");
      if (source) getSelection()?.selectAllChildren(source);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => (button.textContent = label), 2000);
  });
}
