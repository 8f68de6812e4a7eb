/** Audits a server: looks it over, then asks every check, within bounds that no server can stretch. */
import { describeFault } from '@countersign/core'
import { type AuditContext, type Check, type CheckAnswer, skip } from './check.ts'
import { checks } from './checks.ts'
import type { Finding, Sighting } from './finding.ts'
import { AuditStopped, createProbe, type Probe } from './probe/probe.ts'
import { createReach } from './probe/reach.ts'
import { type AuditReport, type CheckOutcome, sortFindings } from './report.ts'
import type { AuditSettings } from './settings.ts'
import type { Holder } from './target/caller.ts'
import { importSigningKey } from './target/proof.ts'
import { isServed } from './target/speech.ts'
import { survey, type Target } from './target/survey.ts'

/** What an operator gives and allows. */
export interface AuditOptions extends AuditSettings {
  /** An access token for the server; without it, and without `obtain`, only what strangers see is audited. */
  readonly token?: string
  /** The private key that the token is bound to, P-256 or Ed25519; left out for Bearer tokens. */
  readonly privateJwk?: JsonWebKey
  /** Hosts, with or without a port, that may be gone to besides: authorization servers that the resource names. */
  readonly allowHosts?: readonly string[]
  /** At most so many requests; default 1,000, and never more. */
  readonly maxRequests?: number
  /** At most so many seconds; default 120, and never more. */
  readonly maxSeconds?: number
  /** Milliseconds that one answer may take; default 5,000. */
  readonly requestTimeoutMs?: number
  /** Names of the only checks to run; left out for all. */
  readonly only?: readonly string[]
  /** Told the title of each check before it runs. */
  readonly onProgress?: (title: string) => void
  /** Ends the audit early; what was found until then is reported. */
  readonly signal?: AbortSignal
}

/** The operator asked for what cannot be done; the message says what. */
export class AuditMisconfigured extends TypeError {
  constructor(message: string) {
    super(message)
    this.name = 'AuditMisconfigured'
  }
}

const MAX_REQUESTS = 1_000
const MAX_SECONDS = 120

/**
 * Audits the MCP server at `url` and yields the report, whatever the server does. A token that cannot be had makes it an
 * audit without one.
 *
 * @throws AuditMisconfigured for a URL that is none, and a key that is no private P-256 or Ed25519 JWK
 */
export async function audit(url: string, options: AuditOptions = {}): Promise<AuditReport> {
  const target = readTarget(url)
  const started = Date.now()
  const seconds = Math.min(options.maxSeconds ?? MAX_SECONDS, MAX_SECONDS)
  const ends = [AbortSignal.timeout(seconds * 1000), ...(options.signal === undefined ? [] : [options.signal])]
  const probe = createProbe({
    reach: createReach(target, options.allowHosts ?? []),
    maxRequests: Math.min(options.maxRequests ?? MAX_REQUESTS, MAX_REQUESTS),
    signal: AbortSignal.any(ends),
    ...(options.requestTimeoutMs !== undefined && { timeoutMs: options.requestTimeoutMs }),
  })
  const holder = await readHolder(options, target, probe)
  const { outcomes, findings, stopped } = await runChecks(probe, { url: target, holder, options })
  return {
    url: target.href,
    started: new Date(started).toISOString(),
    seconds: Math.round((Date.now() - started) / 100) / 10,
    requests: probe.requests,
    ...(stopped !== undefined && { stopped }),
    checks: outcomes,
    findings: sortFindings(findings),
  }
}

function readTarget(text: string): URL {
  const url = URL.parse(text)
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url !== null && isHttp && url.username === '' && url.password === '' && url.hash === '') return url
  throw new AuditMisconfigured('The server is named by its http(s) URL, without user information and fragment.')
}

async function readHolder(options: AuditOptions, target: URL, probe: Probe): Promise<Holder | undefined> {
  const { privateJwk, otherToken, expiredToken } = options
  for (const each of [otherToken, expiredToken]) if (each !== undefined) probe.conceal('token', each)
  const token = options.token ?? (await options.obtain?.({ resource: target.href }).catch(() => undefined))
  if (token === undefined) return undefined
  probe.conceal('token', token)
  if (privateJwk === undefined) return { token }
  const key = await importSigningKey(privateJwk)
  if (key === undefined) throw new AuditMisconfigured('The key is no private P-256 or Ed25519 key as a JWK.')
  return { token, key }
}

/** What came of the checks. */
interface Outcomes {
  readonly outcomes: readonly CheckOutcome[]
  readonly findings: readonly Finding[]
  readonly stopped?: string
}

async function runChecks(
  probe: Probe,
  { url, holder, options }: { readonly url: URL; readonly holder: Holder | undefined; readonly options: AuditOptions },
): Promise<Outcomes> {
  const chosen = chooseChecks(options.only)
  const outcomes: CheckOutcome[] = []
  const findings: Finding[] = []
  try {
    options.onProgress?.('Looking the server over')
    const target = await survey(probe, url, holder)
    for (const check of chosen) {
      options.onProgress?.(check.title)
      const { outcome, found } = await runCheck(check, { probe, target, settings: options })
      outcomes.push(outcome)
      findings.push(...found)
      // Of a server that does not answer, nothing else can be said.
      if (target.stranger.answer.failure !== undefined) break
    }
    const stopped = options.revoke === undefined ? await explainSilence(target) : undefined
    return { outcomes, findings, ...(stopped !== undefined && { stopped }) }
  } catch (error) {
    if (error instanceof AuditStopped) return { outcomes, findings, stopped: error.message }
    throw error
  }
}

function chooseChecks(only: readonly string[] | undefined): readonly Check[] {
  const unknown = only?.find((name) => !checks.some((check) => check.name === name))
  if (unknown === undefined) return only === undefined ? checks : checks.filter(({ name }) => only.includes(name))
  throw new AuditMisconfigured(`There is no check ${unknown}. There are: ${checks.map(({ name }) => name).join(', ')}.`)
}

/** Where an honest call is refused at the end, refusals before it may have been for the same reason, and prove nothing. */
async function explainSilence({ served }: Target): Promise<string | undefined> {
  const answer = await served?.caller.call({ method: 'tools/list' })
  if (answer === undefined || isServed(answer)) return undefined
  return `An honest call at the end was answered with ${answer.status}: other refusals may have the same reason.`
}

/** A check that breaks is one that could not look; what the others found is not lost with it. */
function explainFault(error: unknown): CheckAnswer {
  if (error instanceof AuditStopped) throw error
  const { name, code, at } = describeFault(error)
  return skip(`it broke off: ${[name, code, at].filter(Boolean).join(' ')}`)
}

async function runCheck(
  check: Check,
  context: AuditContext,
): Promise<{ readonly outcome: CheckOutcome; readonly found: readonly Finding[] }> {
  const { name, title } = check
  const answer = await check.run(context).catch(explainFault)
  if ('skipped' in answer) return { outcome: { name, title, outcome: 'skipped', reason: answer.skipped }, found: [] }
  const found = gatherFindings(answer, context.probe)
  return { outcome: { name, title, outcome: found.length === 0 ? 'passed' : 'found' }, found }
}

/** More exchanges of one weakness show nothing new. */
const MAX_EVIDENCE = 4

/** One finding for each weakness, however often it was seen. */
function gatherFindings(sightings: readonly Sighting[], probe: Probe): readonly Finding[] {
  const groups = Map.groupBy(sightings, ({ weakness }) => weakness)
  return [...groups].map(([weakness, group]) => ({
    ...weakness,
    detail: probe.mask(group.map(({ detail }) => detail).join(' ')),
    evidence: group.flatMap(({ evidence }) => evidence).slice(0, MAX_EVIDENCE),
  }))
}
