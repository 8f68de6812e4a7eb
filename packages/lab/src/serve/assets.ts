/** What the page is made of, out of the package's own files: read once, served under the names that the page uses. */
import { readdirSync, readFileSync } from 'node:fs'
import { STYLE } from './style/style.ts'

/** A file as it is served. */
export interface Asset {
  readonly type: string
  readonly text: string
}

/** Two strokes of one pen: signed, and signed again. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#0d5c4a" stroke-width="2" stroke-linecap="round"><rect x="1" y="1" width="22" height="22" rx="6" fill="#fff"/><path d="M7 17 11 7M13 17 17 7"/></svg>`

const SCRIPTS = new URL('./browser/', import.meta.url)

/** By path. The page's modules are JavaScript in the sources too: what is read here is what a browser runs. */
export function readAssets(): ReadonlyMap<string, Asset> {
  const scripts = readdirSync(SCRIPTS).filter((name) => name.endsWith('.js'))
  return new Map([
    ['/lab.css', { type: 'text/css; charset=utf-8', text: STYLE }],
    ['/icon.svg', { type: 'image/svg+xml', text: ICON }],
    ...scripts.map((name): [string, Asset] => [
      `/${name}`,
      { type: 'text/javascript; charset=utf-8', text: readFileSync(new URL(name, SCRIPTS), 'utf8') },
    ]),
  ])
}
