/** Whether the token is verified at all: what is forged or altered has to be refused (RFC 9068 §4, RFC 8725). */
import type { JsonObject } from '@countersign/core'
import { SignJWT } from 'jose'
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { encodeSegment, readToken, type TokenParts } from '../target/token-claims.ts'
import { specifications } from './specifications.ts'

const rule = {
  sentence:
    'The resource server MUST validate the signature of all incoming JWT access tokens according to RFC 7515 using the algorithm specified in the JWT alg Header Parameter. The resource server MUST reject any JWT in which the value of alg is none.',
  link: specifications.rfc9068('4'),
}

function forged(id: string, title: string): Weakness {
  return {
    id,
    severity: 'high',
    title,
    spec: rule,
    fix: 'Verify tokens with the keys of issuers on your own list, and algorithms on your own list.',
  }
}

const altered = forged('token_signature_unchecked', 'Tokens that were changed are taken')
const unsigned = forged('unsigned_token_served', 'Tokens without a signature are taken')
const selfSigned = forged('token_of_any_key', 'Tokens that somebody signed with a key of their own are taken')
const garbage = forged('any_token_served', 'Any text is taken for a token')

/** The check. */
export const tokenSignature: Check = {
  name: 'token_signature',
  title: 'Are forged and altered tokens refused?',
  weaknesses: [altered, unsigned, selfSigned, garbage],
  async run(context) {
    const { holder, stranger } = context.target
    const own = holder?.caller.holder
    if (stranger.served) return skip('the server serves strangers')
    const caller = holder?.served === true ? holder.caller : stranger.caller
    const scheme = own?.key === undefined ? 'Bearer' : 'DPoP'
    const parts = holder?.served === true && own !== undefined ? readToken(own.token) : undefined
    const sightings: Sighting[] = []
    for (const [weakness, token, how] of [nonsense, ...(parts === undefined ? [] : await forge(parts))]) {
      context.probe.conceal('token', token)
      const answer = await caller.call({ method: 'tools/list', variation: { authorization: [`${scheme} ${token}`] } })
      if (isServed(answer)) sightings.push(sight(context, weakness, how, answer))
    }
    return sightings.length > 0 || parts !== undefined || own !== undefined ? sightings : skip(NO_SERVED_CALL)
  },
}

type Forgery = readonly [weakness: Weakness, token: string, how: string]

const nonsense: Forgery = [garbage, 'this-is-no-token-of-anybody', 'A made-up text was taken for a token.']

async function forge({ header, claims, segments }: TokenParts): Promise<readonly Forgery[]> {
  const [head, payload, signature] = segments
  const more = encodeSegment({ ...claims, sub: 'somebody-else' })
  return [
    [altered, `${head}.${more}.${signature}`, 'A token with another sub under the old signature was taken.'],
    [altered, `${head}.${payload}.${signature.slice(0, -8)}AAAAAAAA`, 'A token with a broken signature was taken.'],
    [unsigned, `${head}.${payload}.`, 'A token whose signature was cut off was taken.'],
    [unsigned, `${encodeSegment({ ...header, alg: 'none' })}.${payload}.`, 'A token with alg none was taken.'],
    [unsigned, `${encodeSegment({ ...header, alg: 'nOnE' })}.${payload}.`, 'A token with alg nOnE was taken.'],
    [selfSigned, await signAnew(header, claims), 'A token signed by the key in its own header was taken.'],
  ]
}

/** With a key of its own in the header, where a careless verifier looks for it. */
async function signAnew(header: JsonObject, claims: JsonObject): Promise<string> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty = 'EC', crv = 'P-256', x = '', y = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const typ = typeof header.typ === 'string' ? header.typ : 'at+jwt'
  return new SignJWT({ ...claims })
    .setProtectedHeader({ typ, alg: 'ES256', jwk: { kty, crv, x, y } })
    .sign(pair.privateKey)
}
