/** The exact exchange of a message, secrets masked, in a dialog. */
import { find, make, makeButton } from './dom.js'

/** @import { HttpMessage, Step } from '../events.ts' */

/**
 * Shows it; the focus goes back to the message by itself.
 *
 * @param {Step} step
 */
export function showExchange({ index, from, to, http }) {
  const dialog = /** @type {HTMLDialogElement} */ (find('exchange'))
  const close = makeButton('Close', 'plain', () => dialog.close())
  dialog.replaceChildren(
    make('div', { class: 'dialog-head' }, [
      make('h2', { id: 'exchange-title' }, [`${index + 1}. ${from} → ${to}`]),
      close,
    ]),
    make('p', { class: 'small' }, ['As it went over the wire. The same secret has the same name wherever it stands.']),
    ...writeMessage('Request', http.request),
    ...(http.answer === undefined ? [make('p', {}, ['No answer.'])] : writeMessage('Answer', http.answer)),
  )
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close()
  }
  dialog.showModal()
  close.focus()
}

/**
 * @param {string} title
 * @param {HttpMessage} message
 */
function writeMessage(title, { line, headers, body }) {
  const rows = headers.map(([name, value]) =>
    make('span', { class: 'row' }, [make('span', { class: 'name' }, [`${name}: `]), ...mark(value), '\n']),
  )
  const text = make('pre', { tabindex: 0, 'aria-label': title }, [make('strong', {}, [line]), '\n', ...rows])
  if (body !== '') text.append('\n', ...mark(indent(body)))
  return [make('h3', {}, [title]), text]
}

/** The names of secrets stand out. @param {string} text */
function mark(text) {
  return text
    .split(/(‹[^›]*›)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('‹') ? make('mark', {}, [part]) : part))
}

/** JSON over several lines. @param {string} body */
function indent(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
