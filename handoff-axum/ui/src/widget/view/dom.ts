type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | ((event: never) => void)>;

/** An element. Functions become listeners, text becomes text nodes: nothing here is ever parsed as HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as (event: Event) => void);
    else set(element, name, value);
  }
  for (const child of children) if (child) element.append(child as Node | string);
  return element;
}

/** A button that submits nothing. */
export const button = (attributes: Attributes, ...children: Child[]): HTMLButtonElement =>
  h("button", { type: "button", ...attributes }, ...children);

export function set(element: Element, name: string, value: string | number | boolean): void {
  element.setAttribute(name, `${value}`);
}

/** Replaces the text; does nothing where it is the same, so that screen readers and selections stay undisturbed. */
export function setText(element: Node, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

export const ICONS = {
  chat: "M4 5h16v11h-9l-5 4v-4H4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 20V5M5 12l7-7 7 7",
  thumb: "M7 11v9H3v-9zM7 11l4-8c2 0 3 1 3 3l-1 4h7l-2 10H7",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-6 16-6 16 0",
};

export function icon(name: keyof typeof ICONS): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  set(svg, "viewBox", "0 0 24 24");
  set(svg, "aria-hidden", "true");
  set(path, "d", ICONS[name]);
  svg.append(path);
  return svg;
}
