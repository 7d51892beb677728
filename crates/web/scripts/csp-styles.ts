// The page's policy refuses styles that are written as markup. A terminal draws with some: its style elements carry the
// word that the server gave to this page alone, and its style attributes go through the object model, which the policy
// has nothing against.

export function allowStyles(): void {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name='style-nonce']")?.content ?? "";
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = create(name, options);
    if (name.toLowerCase() === "style") element.nonce = nonce;
    return element;
  }) as typeof document.createElement;

  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (this: Element, name: string, value: string): void {
    if (name === "style" && this instanceof HTMLElement) this.style.cssText = value;
    else set.call(this, name, value);
  };
}
