// The page's Content-Security-Policy forbids inline styles, which xterm.js uses. Its style elements get the nonce that the
// server allowed for this page; its style attributes are set through the object model, which the policy permits.

export function allowTerminalStyles(): void {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name='style-nonce']")?.content ?? "";
  const createElement = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = createElement(name, options);
    if (name.toLowerCase() === "style") element.nonce = nonce;
    return element;
  }) as typeof document.createElement;

  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (this: Element, name: string, value: string): void {
    if (name === "style" && this instanceof HTMLElement) this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
}
