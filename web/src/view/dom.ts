// Making elements and changing them, no more than needed: what does not change is not announced again.

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function svg(tag: string, attributes: Readonly<Record<string, string | number>>, ...children: Node[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, visible: boolean): void {
  element.hidden = !visible;
}

/** Makes the children anew where `key` says that they are others. */
export function setChildren(element: HTMLElement, key: string, make: () => readonly (Node | string)[]): void {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.replaceChildren(...make());
}

export function button(id: string, kind: 'primary' | 'plain', click: () => void): HTMLButtonElement {
  const element = h('button', { id, type: 'button', class: kind });
  element.addEventListener('click', () => {
    if (element.getAttribute('aria-disabled') !== 'true') click();
  });
  return element;
}

/** Keeps the focus on a button that must not be used just now, where `disabled` would drop it. */
export function setBusy(element: HTMLButtonElement, busy: boolean): void {
  if (busy) element.setAttribute('aria-disabled', 'true');
  else element.removeAttribute('aria-disabled');
}
