// Buttons that copy the text of the element whose id is in `data-copy`.

const LABEL_RESET_MS = 2000;

export function initCopyButtons(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset["copy"] ?? "");
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(source?.textContent?.trim() ?? "");
      button.textContent = "Copied";
    } catch {
      // Without the clipboard permission, select the text so that the user can copy it.
      if (source) getSelection()?.selectAllChildren(source);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => (button.textContent = label), LABEL_RESET_MS);
  });
}
