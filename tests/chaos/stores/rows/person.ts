/** A person's app that logs in and refreshes, and remembers what it was told: codes and refresh tokens, each good once. */
import {
  type AgentKey,
  type Answer,
  createAgentKey,
  type Grounds,
  obtainCode,
  postToken,
  proveToken,
  redemption,
  refreshment,
  seatPerson,
  signProof,
} from '@countersign/lab'

/** What came of looking at what it was told. */
export interface Findings {
  /** What was acknowledged: tokens given, tokens taken back. */
  readonly acknowledged: number
  /** Of that, what is not so any more. */
  readonly lost: number
  /** Things that were used, and were good once more. */
  readonly acceptedReplays: number
  /** Requests with things that were used. */
  readonly attacked: number
}

/** Works until the server breaks, or until it is told to stop. */
export interface PersonsApp {
  work(signal: AbortSignal): Promise<void>
  /** When it is back. */
  look(): Promise<Findings>
}

/** One login. */
interface Family {
  readonly used: Readonly<Record<string, string>>[]
  /** The newest refresh token, as the app knows it. */
  current: string | undefined
  /** Something was sent, and not answered. */
  underWay: boolean
  revoked: boolean
}

/** Refreshes of one login. */
const REFRESHES = 3
/** Every so many logins are taken back by the app. */
const REVOKED = 4

/** Takes a seat; nothing is sent before it works. */
export async function createPersonsApp(grounds: Grounds): Promise<PersonsApp> {
  const key = await createAgentKey()
  const person = seatPerson(grounds, () => true)
  let families: Family[] = []
  let acknowledged = 0
  let nonce = ''

  const post = async (form: Readonly<Record<string, string>>) => {
    const answer = await postToken(grounds, form, { proof: await proveToken(grounds, key, nonce) })
    if (answer.code !== 'use_dpop_nonce' || answer.nonce === undefined) return answer
    nonce = answer.nonce
    return postToken(grounds, form, { proof: await proveToken(grounds, key, nonce) })
  }
  const use = async (family: Family, form: Readonly<Record<string, string>>) => {
    family.underWay = true
    const answer = await post(form)
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.code}`)
    family.used.push(form)
    family.current = readRefreshToken(answer)
    family.underWay = false
    acknowledged++
  }
  const live = async (place: number) => {
    const { code, verifier } = await obtainCode(grounds, person)
    if (code === '') throw new Error('no code')
    const family: Family = { used: [], current: undefined, underWay: true, revoked: false }
    families.push(family)
    await use(family, redemption(grounds, code, verifier))
    for (let time = 0; time < REFRESHES; time++) await use(family, refreshment(grounds, family.current ?? ''))
    if (place % REVOKED === 0) await revoke(family)
  }
  const revoke = async (family: Family) => {
    family.underWay = true
    const answer = await fetch(`${grounds.issuer}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: grounds.publicClient.clientId, token: family.current ?? '' }),
    })
    if (answer.status !== 200) throw new Error(`revocation: ${answer.status}`)
    Object.assign(family, { underWay: false, revoked: true })
    acknowledged++
  }
  const judge = async (family: Family): Promise<Omit<Findings, 'acknowledged'>> => {
    const { current, underWay, revoked, used } = family
    const last = current === undefined ? undefined : await post(refreshment(grounds, current))
    // What was not answered may or may not have happened, then as now.
    const isLost = !underWay && (revoked ? last?.status === 200 : last?.code === 'invalid_grant')
    let replays = 0
    for (const form of used) if ((await post(form)).status === 200) replays++
    return { lost: isLost ? 1 : 0, acceptedReplays: replays, attacked: used.length }
  }

  return {
    async work(signal) {
      nonce = await readNonce(grounds, key)
      try {
        for (let place = 0; !signal.aborted; place++) await live(place)
      } catch {
        // The server is gone, or says that its database is.
      }
    },
    async look() {
      nonce = await readNonce(grounds, key)
      const findings = { acknowledged, lost: 0, acceptedReplays: 0, attacked: 0 }
      for (const family of families) {
        const found = await judge(family)
        findings.lost += found.lost
        findings.acceptedReplays += found.acceptedReplays
        findings.attacked += found.attacked
      }
      families = []
      acknowledged = 0
      return findings
    },
  }
}

function readRefreshToken({ body }: Answer): string {
  const { refresh_token: token = '' } = JSON.parse(body) as { refresh_token?: string }
  return token
}

async function readNonce(grounds: Grounds, key: AgentKey): Promise<string> {
  const proof = await signProof(key, { url: `${grounds.issuer}/token` })
  const { nonce = '' } = await postToken(grounds, refreshment(grounds, 'none'), { proof })
  return nonce
}
