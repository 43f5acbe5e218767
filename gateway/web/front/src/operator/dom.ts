// Elements of the document.

/** Return an element that the page has. */
export const byId = <Kind extends HTMLElement = HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;

/** What an element is made with: text, or a listener if its name begins with "on". */
export type Attributes = Record<string, string | ((event: never) => void) | null | undefined>;

/** Return a new element; attributes that are null or undefined are left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value as EventListener);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Return a listener that works when Enter is pressed. */
export const onEnter = (work: () => void) => (event: KeyboardEvent): void => { if (event.key === "Enter") work(); };

/** Return a group of buttons of which one is pressed; choices are values with their labels. */
export const choiceButtons = <Value extends string>(choices: [Value, string][], chosen: string, onPick: (value: Value) => void): HTMLButtonElement[] => choices.map(([value, label]) =>
  element("button", { type: "button", "aria-pressed": String(value === chosen), "data-choice": value, onclick: () => onPick(value) }, label));
