/** Elements, made without markup: whatever is put in is text. */

/**
 * Makes an element. Attributes that are false or undefined are left out, true ones are there without a value.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string | number | boolean | undefined>>} [attributes]
 * @param {readonly (Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, children = []) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children)
  return element
}

/**
 * The element of the page with this id.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function find(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`The page has no ${id}.`)
  return element
}

/**
 * Makes a button that does something.
 *
 * @param {string} text
 * @param {string} look
 * @param {() => void} press
 * @returns {HTMLButtonElement}
 */
export function makeButton(text, look, press) {
  const button = make('button', { type: 'button', class: look }, [text])
  button.addEventListener('click', press)
  return button
}

/**
 * Says something to those who listen to the page.
 *
 * @param {string} text
 */
export function announce(text) {
  find('news').textContent = text
}

/**
 * Says something more: two things that end at about the same time are both heard.
 *
 * @param {string} text
 */
export function announceBeside(text) {
  announce(`${find('news').textContent ?? ''} ${text}`.trim())
}

/** Whether nothing shall move. */
export const prefersStillness = () => matchMedia('(prefers-reduced-motion: reduce)').matches
