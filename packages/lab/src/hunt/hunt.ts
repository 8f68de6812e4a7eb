/** A hunt for secrets: every one that was made, in every guise that logs give them, in every place they may have got to. */

/** What kinds of secrets there are, and things that are none but are told to nobody either. */
export type SecretKind =
  | 'access_token'
  | 'refresh_token'
  | 'code'
  | 'proof'
  | 'assertion'
  | 'attestation'
  | 'password'
  | 'cookie'
  | 'code_verifier'
  | 'private_key'
  | 'server_secret'
  | 'form_token'
  /** `jti` of a token, proof or assertion. */
  | 'id'
  /** What a caller wrote: arguments of tools, and whatever else. */
  | 'text'

/** A secret that was found: what it is, how it was written, and where. */
export interface Finding {
  readonly kind: SecretKind
  readonly guise: string
  readonly place: string
}

/** Collects secrets, and looks for them. */
export interface Hunt {
  /** Of a compact JWT each segment is a secret of its own, and its `jti` is an id. */
  add(kind: SecretKind, secret: string | Uint8Array): void
  readonly kinds: ReadonlySet<SecretKind>
  /** What stands in `content` though it does not belong there. */
  search(place: string, content: string | Uint8Array, belong?: readonly SecretKind[]): readonly Finding[]
}

/** Shorter ones stand in any text by chance. */
const SHORTEST = 8

/** Starts with none. */
export function createHunt(): Hunt {
  const needles = new Map<string, { readonly kind: SecretKind; readonly guise: string }>()
  const kinds = new Set<SecretKind>()

  function add(kind: SecretKind, secret: string | Uint8Array): void {
    kinds.add(kind)
    for (const [guise, needle] of disguise(secret)) {
      if (needle.length >= SHORTEST && !needles.has(needle)) needles.set(needle, { kind, guise })
    }
    if (typeof secret !== 'string') return
    const segments = secret.split('.')
    if (!secret.startsWith('eyJ') || segments.length !== 3) return
    for (const segment of segments) add(kind, segment)
    const jti = readJti(segments[1] ?? '')
    if (jti !== undefined) add('id', jti)
  }

  return {
    add,
    kinds,
    search(place, content, belong = []) {
      const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1')
      const found = [...needles].filter(([needle, { kind }]) => !belong.includes(kind) && text.includes(needle))
      return found.map(([, { kind, guise }]) => ({ kind, guise, place }))
    },
  }
}

function readJti(segment: string): string | undefined {
  try {
    const { jti } = JSON.parse(Buffer.from(segment, 'base64url').toString()) as { jti?: unknown }
    return typeof jti === 'string' ? jti : undefined
  } catch {
    return undefined
  }
}

/** As it is, and as it looks inside of other texts: escaped, encoded, and encoded together with what stands around it. */
function* disguise(secret: string | Uint8Array): Generator<readonly [guise: string, needle: string]> {
  const octets = Buffer.from(secret)
  if (typeof secret === 'string') {
    yield ['plain', secret]
    yield ['JSON', JSON.stringify(secret).slice(1, -1)]
    yield ['JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)]
    yield ['URL', encodeURIComponent(secret)]
    yield ['form', new URLSearchParams({ x: secret }).toString().slice(2)]
  }
  yield ['latin1', octets.toString('latin1')]
  yield ['hex', octets.toString('hex')]
  yield ['HEX', octets.toString('hex').toUpperCase()]
  yield ['octets', [...octets].join(',')]
  for (const before of [0, 1, 2]) {
    const inner = encodeWithin(octets, before)
    yield ['base64', inner]
    yield ['base64url', inner.replaceAll('+', '-').replaceAll('/', '_')]
  }
}

/** The characters that base64 gives the octets whatever stands around them, when `before` octets of a group precede. */
function encodeWithin(octets: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), octets])
    .toString('base64')
    .replaceAll('=', '')
  const uncertainStart = Math.ceil((before * 8) / 6)
  const uncertainEnd = (before + octets.length) % 3 === 0 ? 0 : 1
  return text.slice(uncertainStart, text.length - uncertainEnd)
}
