/** Makes recorded exchanges fit to be shown: every secret becomes a numbered name, the same one wherever it stands. */
import type { Exchange } from './recording.ts'

/** What a secret is called in a masked exchange. */
export type SecretKind =
  | 'token'
  | 'refresh token'
  | 'proof'
  | 'assertion'
  | 'attestation'
  | 'code'
  | 'verifier'
  | 'client secret'
  | 'password'
  | 'cookie'
  | 'form token'

/** A secret, as it is. */
export interface Secret {
  readonly kind: SecretKind
  readonly value: string
}

const FORM_FIELDS: ReadonlyMap<string, SecretKind> = new Map([
  ['client_assertion', 'assertion'],
  ['instance_proof', 'proof'],
  ['code', 'code'],
  ['code_verifier', 'verifier'],
  ['client_secret', 'client secret'],
  ['refresh_token', 'refresh token'],
  ['subject_token', 'token'],
  ['token', 'token'],
  ['password', 'password'],
  ['form_token', 'form token'],
])

const JSON_MEMBERS: ReadonlyMap<string, SecretKind> = new Map([
  ['access_token', 'token'],
  ['refresh_token', 'refresh token'],
  ['attestation', 'attestation'],
])

/** Shorter ones stand in any text by chance. */
const SHORTEST = 8

/** A compact JWS that nobody introduced: bent ones, and those of strangers. */
const JWS = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g

/** Replaces all secrets in the exchanges; `‹token 1›` is the same token wherever it stands. */
export function maskSecrets(exchanges: readonly Exchange[]): readonly Exchange[] {
  const names = nameSecrets(exchanges.flatMap(findSecrets))
  const mask = (text: string): string => maskText(text, names)
  const maskAll = (headers: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask(value)]))
  return exchanges.map(({ answer, ...request }) => ({
    ...request,
    url: mask(request.url),
    headers: maskAll(request.headers),
    body: mask(request.body),
    ...(answer !== undefined && {
      answer: { status: answer.status, headers: maskAll(answer.headers), body: mask(answer.body) },
    }),
  }))
}

/** Longer ones first, so that none hides inside another. */
function nameSecrets(secrets: readonly Secret[]): readonly (readonly [value: string, name: string])[] {
  const names = new Map<string, string>()
  const counts = new Map<SecretKind, number>()
  for (const { kind, value } of secrets) {
    if (value.length < SHORTEST || names.has(value)) continue
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    names.set(value, `‹${kind} ${count}›`)
  }
  const guises = [...names].flatMap(([value, name]) =>
    [...new Set([value, encodeURIComponent(value), new URLSearchParams({ x: value }).toString().slice(2)])].map(
      (guise) => [guise, name] as const,
    ),
  )
  return guises.sort(([a], [b]) => b.length - a.length)
}

function maskText(text: string, names: ReturnType<typeof nameSecrets>): string {
  let masked = text
  for (const [value, name] of names) masked = masked.replaceAll(value, name)
  return masked.replace(JWS, '‹token›')
}

/** All secrets that an exchange carries, either way. */
export function findSecrets({ headers, body, url, answer }: Exchange): readonly Secret[] {
  return [
    ...readAuthorization(headers.authorization),
    ...toSecrets('proof', headers.dpop?.split('\n')),
    ...toSecrets('attestation', headers['oauth-client-attestation']?.split('\n')),
    ...toSecrets('cookie', headers.cookie?.split(/;\s*/).map(cookieValue)),
    ...(headers['content-type']?.includes('form') ? readFields(new URLSearchParams(body)) : []),
    ...readFields(URL.parse(url)?.searchParams),
    ...(answer === undefined ? [] : readAnswer(answer)),
  ]
}

function readAuthorization(header = ''): readonly Secret[] {
  const [scheme = '', value = ''] = header.split(' ')
  return [{ kind: scheme.toLowerCase() === 'basic' ? 'client secret' : 'token', value }]
}

function readAnswer({ headers, body }: NonNullable<Exchange['answer']>): readonly Secret[] {
  const members = [...JSON_MEMBERS].flatMap(([member, kind]) =>
    toSecrets(
      kind,
      [...body.matchAll(new RegExp(`"${member}":"([^"]+)"`, 'g'))].map(([, value = '']) => value),
    ),
  )
  const formTokens = [...body.matchAll(/name="form_token" value="([^"]*)"/g)].map(([, value = '']) => value)
  return [
    ...members,
    ...toSecrets('form token', formTokens),
    ...toSecrets(
      'cookie',
      headers['set-cookie']?.split('\n').map((line) => cookieValue(line.split(';')[0] ?? '')),
    ),
    ...readFields(URL.parse(headers.location ?? '', 'http://relative.invalid')?.searchParams),
  ]
}

function readFields(fields: URLSearchParams | undefined): readonly Secret[] {
  return [...(fields ?? [])].flatMap(([name, value]) => toSecrets(FORM_FIELDS.get(name), [value]))
}

function cookieValue(pair: string): string {
  return pair.slice(pair.indexOf('=') + 1)
}

function toSecrets(kind: SecretKind | undefined, values: readonly string[] = []): readonly Secret[] {
  return kind === undefined ? [] : values.map((value) => ({ kind, value }))
}
