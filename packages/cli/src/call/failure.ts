/** What went wrong with a call, in words: cause and cure. */
import { type ApprovalRequest, AuthorizationRefused } from '@countersign/client'
import { isJsonObject, parseStrictJson, type RejectionCode, rejections } from '@countersign/core'
import { SdkHttpError } from '@modelcontextprotocol/client'
import { CommandFailed } from '../exit.ts'
import { describeWanted } from './approval.ts'

/** Turns whatever the transport threw into a message; `refused` is the step-up that nobody approved, if there was one. */
export function explainFailure(error: unknown, url: URL, refused: ApprovalRequest | undefined): unknown {
  if (refused !== undefined) {
    return new CommandFailed(
      `Nobody approved what this call needs: ${describeWanted(refused)}. Approve it in a terminal, or add --yes.`,
    )
  }
  const causes = [...walkCauses(error)]
  const refusal = causes.find((cause) => cause instanceof AuthorizationRefused)
  if (refusal !== undefined) return new CommandFailed(refusal.message)
  const answer = causes.find((cause) => cause instanceof SdkHttpError)
  if (answer !== undefined) return new CommandFailed(explainAnswer(answer, url))
  const code = causes.map(readSystemCode).find((found) => found !== undefined)
  if (code === 'ECONNREFUSED') return new CommandFailed(`Nothing answers at ${url.href}. Is countersign up running?`)
  if (code !== undefined) return new CommandFailed(`${url.href} cannot be reached (${code}).`)
  // `fetch` names some causes, such as a port that it never opens, in words only.
  if (causes.some((cause) => cause instanceof TypeError && cause.message === 'fetch failed')) {
    return new CommandFailed(`${url.href} cannot be reached. Check the URL.`)
  }
  return error
}

/** The error and everything it was caused by; bounded, for causes may go in circles. */
function* walkCauses(error: unknown): Generator<unknown> {
  let current = error
  for (let depth = 0; depth < 8 && current !== undefined; depth += 1) {
    yield current
    current = current instanceof Error ? current.cause : undefined
  }
}

/** Node's name for what the network said, such as ENOTFOUND. */
function readSystemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined
}

/** The guard's problem details say which rejection it was; of other servers only the status is repeated. */
function explainAnswer({ status, data }: SdkHttpError, url: URL): string {
  const { code, retryAfter } = readProblem(data.text)
  if (code === undefined) return `${url.href} answered ${status}.`
  const cure =
    code === 'approval_required' ? APPROVAL_CURE : retryAfter === undefined ? '' : ` Try again in ${retryAfter} s.`
  return `${url.href} refused the call: ${code}. ${rejections[code].summary}${cure} See docs/rejections.md.`
}

/** A client that acts for itself has no page on which anybody could be asked. */
const APPROVAL_CURE = ' Wait until it has done less of this for some minutes, or let a person approve it with --login.'

interface Problem {
  readonly code?: RejectionCode
  /** Seconds. */
  readonly retryAfter?: number
}

function readProblem(body: unknown): Problem {
  const json = parseStrictJson(String(body), { maxBytes: 65_536 })
  if (!json.ok || !isJsonObject(json.value)) return {}
  const { code, retry_after: retryAfter } = json.value
  if (typeof code !== 'string' || !isRejectionCode(code)) return {}
  return { code, ...(typeof retryAfter === 'number' && { retryAfter }) }
}

function isRejectionCode(code: string): code is RejectionCode {
  return Object.hasOwn(rejections, code)
}
