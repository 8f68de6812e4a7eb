/** The system's own Chromium, driven by playwright-core; and what it tells about the pages that it shows. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

/** Nothing but this machine's own addresses can be reached, and no name is looked up. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = folders
    .map((folder) => join(folder, 'chromium'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
  if (found === undefined) throw new Error('There is no chromium on the PATH: npm test -- --only browser installs it.')
  return found
}

/** A tab, and what happened in it besides being shown. */
export interface Tab {
  readonly page: Page
  /** Console errors and warnings, violations of the policy, dialogs, uncaught errors; a page's own 4xx is none. */
  readonly complaints: string[]
  /** Every address that was asked for. */
  readonly requests: URL[]
}

/** Opens tabs; all of a context share their cookies. */
export interface Chromium {
  open(options?: BrowserContextOptions): Promise<Tab>
  /** Another tab of the same profile. */
  openBeside(tab: Tab): Promise<Tab>
}

/** Starts Chromium before the tests of a file, and ends it after them. */
export function useChromium(): Chromium {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: FLAGS })
  }, 60_000)
  afterAll(() => browser?.close())
  return {
    async open(options) {
      if (browser === undefined) throw new Error('Chromium has not started.')
      const context = await browser.newContext(options)
      context.setDefaultTimeout(10_000)
      return watch(await context.newPage())
    },
    async openBeside({ page }) {
      return watch(await page.context().newPage())
    },
  }
}

async function watch(page: Page): Promise<Tab> {
  const complaints: string[] = []
  const requests: URL[] = []
  page.on('console', (message) => {
    const text = message.text()
    const isStatus = text.startsWith('Failed to load resource: the server responded with a status of 4')
    if ((message.type() === 'error' || message.type() === 'warning') && !isStatus) complaints.push(`console: ${text}`)
  })
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('request', (request) => requests.push(new URL(request.url())))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      console.error(`policy violated: ${effectiveDirective} ${blockedURI}`),
    )
  })
  return { page, complaints, requests }
}
