// Elements of the document.

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => document.getElementById(id);

/**
 * Return a new element; attributes that begin with "on" are listeners, and those that are null or undefined are left out.
 * @param {string} tag @param {Record<string, unknown>} attributes @param {...(Node|string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Return a listener that works when Enter is pressed. @param {() => void} work */
export const onEnter = (work) => (event) => { if (event.key === "Enter") work(); };

/** Return a group of buttons of which one is pressed. @param {[string, string][]} choices value and label @param {(value: string) => void} onPick */
export const choiceButtons = (choices, chosen, onPick) => choices.map(([value, label]) =>
  element("button", { type: "button", "aria-pressed": String(value === chosen), "data-choice": value, onclick: () => onPick(value) }, label));
