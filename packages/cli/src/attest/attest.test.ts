import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@countersign/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { run, start } from '../testing/command.test-fixture.ts'

let folder: string
let data: string
let up: ReturnType<typeof start>
let ready: { issuer: string; resource: string; attestation_issuer: string }
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-attest-'))
  data = join(folder, 'data')
  up = start(['up', '--port', '0', '--data', data, '--json'])
  ready = JSON.parse(await up.firstLine)
})
afterAll(async () => {
  up.stop()
  expect((await up.outcome).code).toBe(0)
  rmSync(folder, { recursive: true })
})

const attest = (args: readonly string[], typed = '') => run(['attest', ...args, '--data', data], { typed })
const issue = async () => (await attest(['issue', '--audience', ready.resource])).out.trim()

describe('countersign attest keygen', () => {
  it('makes a key that its owner alone can read, and shows the public half', async () => {
    const file = join(folder, 'root.json')
    const { code, out, err } = await run(['attest', 'keygen', '--out', file, '--json'])
    const { d } = JSON.parse(readFileSync(file, 'utf8'))
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ algorithm: 'Ed25519', public_jwk: { kty: 'OKP', kid: expect.any(String) } })
    expect(out + err).not.toContain(d)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('overwrites nothing', async () => {
    const file = join(folder, 'kept.json')
    writeFileSync(file, 'a key')
    expect(await run(['attest', 'keygen', '--out', file])).toMatchObject({ code: 1, out: '' })
    expect(readFileSync(file, 'utf8')).toBe('a key')
  })
})

describe('countersign attest issue', () => {
  it('gets an attestation for a key that the agent keeps', async () => {
    const file = join(folder, 'agent.json')
    await run(['attest', 'keygen', '--algorithm', 'ES256', '--out', file])
    const { kid } = JSON.parse(readFileSync(file, 'utf8'))
    const { code, out, err } = await attest(['issue', '--audience', ready.resource, '--instance-key', file, '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toEqual({ attestation: expect.stringMatching(/^eyJ/), proof_key: kid })
  })

  it('says who nobody knows, what is missing, and what does not belong together', async () => {
    const file = join(folder, 'stranger.json')
    await run(['attest', 'keygen', '--out', file])
    const { attestation_issuer: issuer } = ready
    const stranger = ['--client-id', 'stranger', '--key', file]
    const audience = ['--audience', ready.resource]
    expect(await attest(['issue', ...audience, ...stranger, '--issuer', issuer])).toMatchObject({ code: 1, out: '' })
    expect(await attest(['issue', ...audience, ...stranger])).toMatchObject({ code: 2 })
    expect(await attest(['issue', '--audience', 'notes'])).toMatchObject({ code: 2 })
    expect(await attest(['issue'])).toMatchObject({ code: 2 })
    const elsewhere = await run(['attest', 'issue', ...audience, '--data', join(folder, 'nowhere')])
    expect(elsewhere).toMatchObject({ code: 1, err: expect.stringContaining('countersign up') })
  })
})

describe('countersign attest verify', () => {
  it('takes what a guard here would take, and says what it took for granted', async () => {
    const { code, out } = await attest(['verify', '-'], await issue())
    expect(code).toBe(0)
    expect(out).toMatch(/Accepted, at level enterprise\.\nTaken for granted: .*proof by its key/)
  })

  it.each([
    [['--audience', 'https://other.example/mcp'], 'attestation_audience_mismatch', 'another server'],
    [['--client-id', 'somebody'], 'attestation_invalid', 'not the client'],
    [['--proof-key', 'none'], 'attestation_key_mismatch', 'no proof'],
    [['--policy', '{"presence":"required","minimumSafetyLevel":"enhanced"}'], 'attestation_policy', 'safety_level'],
  ])('refuses with %j as a guard would: %s', async (flags, code, words) => {
    const outcome = await attest(['verify', '--json', ...flags, '-'], await issue())
    expect(outcome.code).toBe(1)
    expect(JSON.parse(outcome.out)).toMatchObject({ accepted: false, code, finding: expect.stringContaining(words) })
  })

  it('refuses one that was changed, and one that is no JWT at all', async () => {
    const [header, payload = '', signature] = (await issue()).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const bent = Buffer.from(JSON.stringify({ ...claims, assurance: 'measured' })).toString('base64url')
    const changed = await attest(['verify', [header, bent, signature].join('.')])
    expect(changed).toMatchObject({ code: 1, out: expect.stringContaining('it was changed') })
    expect(await attest(['verify', 'nonsense'])).toMatchObject({ code: 1 })
  })

  it('refuses one of yesterday', async () => {
    const typed = await issue()
    const clock = () => systemClock() + 86_400
    const outcome = await run(['attest', 'verify', '-', '--data', data], { typed, clock })
    expect(outcome).toMatchObject({ code: 1, out: expect.stringContaining('attestation_expired') })
  })

  it('is wrongly used without anybody to trust, or with flags that nobody can read', async () => {
    const text = await issue()
    const nowhere = join(folder, 'nowhere')
    expect(await run(['attest', 'verify', text, '--data', nowhere])).toMatchObject({ code: 2, out: '' })
    const trust = join(folder, 'trust.json')
    expect(await attest(['verify', text, '--trust', trust])).toMatchObject({ code: 2, out: '' })
    writeFileSync(trust, '{"issuers":[{"issuer":"https://attest.example","lvl":"provider"}]}')
    const { code, err } = await attest(['verify', text, '--trust', trust])
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(trust) })
    for (const policy of ['{', '{"presence":"sometimes"}', '{"presence":"required","model":1}']) {
      expect(await attest(['verify', text, '--policy', policy])).toMatchObject({ code: 2, out: '' })
    }
  })
})

describe('countersign attest inspect', () => {
  it('explains every claim, and says that it would be accepted', async () => {
    const { code, out } = await attest(['inspect', '-'], await issue())
    expect(code).toBe(0)
    for (const claim of ['iss', 'sub', 'exp', 'cnf', 'model_family', 'safety_level', 'assurance']) {
      expect(out).toMatch(new RegExp(`^ +${claim} +\\S+ .*\\w{3}`, 'm'))
    }
    expect(out).toContain('Accepted')
  })

  it('says why it would be refused here', async () => {
    const { code, out } = await attest(['inspect', '--audience', 'https://other.example/mcp', '-'], await issue())
    expect(code).toBe(1)
    expect(out).toContain('Refused (attestation_audience_mismatch): it is for another server.')
  })

  it('explains also where nobody is trusted, and claims no verdict', async () => {
    const { code, out } = await run(['attest', 'inspect', await issue(), '--data', join(folder, 'nowhere')])
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('Not judged') })
    expect(out).not.toContain('Accepted')
  })

  it('shows no control character of what somebody wrote', async () => {
    const write = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const forged = [write({ alg: 'ES256', typ: '\u001b[2J' }), write({ iss: '\u001b[31mred\u0007' }), 'AAAA'].join('.')
    const { code, out } = await attest(['inspect', forged])
    expect(code).toBe(1)
    expect(out).not.toContain('\u001b')
    expect(await attest(['inspect', 'nonsense'])).toMatchObject({ code: 1, out: '' })
  })
})

describe('countersign attest rotate, revoke and publish', () => {
  const publishedKeys = async () => {
    const { keys } = (await (await fetch(`${ready.attestation_issuer}/jwks.json`)).json()) as {
      keys: { kid: string }[]
    }
    return keys.map(({ kid }) => kid)
  }

  it('a running up serves what was rotated, and refuses what was revoked, within seconds', async () => {
    const [old = ''] = await publishedKeys()
    const typed = await issue()
    const { out } = await attest(['rotate', '--json'])
    const { key_id: next, state } = JSON.parse(out) as { key_id: string; state: string }
    expect(state).toBe('prepared')
    expect(await publishedKeys()).toEqual([old, next])

    expect(await attest(['verify', '-'], typed)).toMatchObject({ code: 0 })
    const unsaid = await attest(['revoke'])
    expect(unsaid).toMatchObject({ code: 2, err: expect.stringContaining(`${old} (active)`) })
    const revoked = await attest(['revoke', old, '--json'])
    expect(JSON.parse(revoked.out)).toMatchObject({ revoked: old, signs_now: next })
    expect(await publishedKeys()).toEqual([next])
    // What is judged by is what the guards of that folder know.
    const judge = () => attest(['verify', '-'], typed)
    await vi.waitFor(async () => expect((await judge()).out).toContain('was revoked'), { timeout: 10_000 })
    expect(await attest(['verify', '-'], await issue())).toMatchObject({ code: 0 })
    expect(await run(['call', ready.resource, 'read_notes', '--data', data])).toMatchObject({ code: 0, err: '' })
  })

  it('tells a server, and says when that one would not listen', async () => {
    const [keyId = ''] = await publishedKeys()
    const origin = new URL(ready.resource).origin
    const tell = (notify: string, audience = ready.resource) =>
      attest(['revoke', keyId, '--notify', notify, '--audience', audience])
    expect(await tell('http://attest.example/')).toMatchObject({ code: 2, out: '' })
    expect(await attest(['revoke', keyId, '--notify', origin])).toMatchObject({ code: 2, out: '' })
    expect(await tell(`${origin}/security-events`)).toMatchObject({ code: 0, err: '' })
    // Revoked by now: said once more.
    expect(await tell(`${ready.issuer}/security-events`, ready.issuer)).toMatchObject({ code: 0, err: '' })
    expect(await tell(`${origin}/security-events`, 'https://other.example')).toMatchObject({ code: 1, out: '' })
    const deaf = createServer((_request, response) => response.writeHead(307, { location: '/x' }).end())
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
    const { port } = deaf.address() as AddressInfo
    expect(await tell(`http://127.0.0.1:${port}/`)).toMatchObject({ code: 1, err: expect.stringContaining('307') })
    deaf.close()
  })

  it('cannot revoke what is unknown, or twice, and names what there is', async () => {
    const [keyId = ''] = await publishedKeys()
    const { code, err } = await attest(['revoke', 'made-up'])
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`${keyId} (active)`) })
  })

  it('writes files that a trust list can be pointed at', async () => {
    const out = join(folder, 'public')
    const published = await attest(['publish', '--out', out, '--json'])
    const { files, sequence } = JSON.parse(published.out) as { files: string[]; sequence: number }
    expect(files).toEqual([join(out, 'jwks.json'), join(out, 'keys.jwt')])
    const [, payload = ''] = readFileSync(join(out, 'keys.jwt'), 'utf8').split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ seq: sequence })
    const [keyId] = await publishedKeys()
    expect(JSON.parse(readFileSync(join(out, 'jwks.json'), 'utf8'))).toMatchObject({ keys: [{ kid: keyId }] })
    expect(await attest(['publish', '--out', join(out, 'keys.jwt')])).toMatchObject({ code: 1, out: '' })
  })

  it('needs an issuer in the folder, and the root that it is told of', async () => {
    for (const command of ['rotate', 'revoke', 'publish --out x']) {
      const args = ['attest', ...command.split(' '), '--data', join(folder, 'nowhere')]
      expect(await run(args)).toMatchObject({ code: 1, err: expect.stringContaining('countersign up') })
    }
    expect(await attest(['rotate', '--root', join(folder, 'nope.json')])).toMatchObject({ code: 2 })
    const unfit = join(folder, 'unfit.json')
    writeFileSync(unfit, '{"kty":"RSA","d":"secret-member"}')
    const { code, err } = await attest(['publish', '--out', folder, '--root', unfit])
    expect(code).toBe(1)
    expect(err).not.toContain('secret-member')
  })
})

describe('a root that was taken offline', () => {
  it('is named for each bundle, and is not made up anew by up', async () => {
    const away = join(folder, 'away')
    const { port, stop } = await startSomewhere(away)
    await stop()
    const inFolder = join(away, 'attestation-root.json')
    const root = join(folder, 'usb-stick.json')
    renameSync(inFolder, root)
    const { d, ...publicHalf } = JSON.parse(readFileSync(root, 'utf8'))
    writeFileSync(inFolder, JSON.stringify(publicHalf))

    const operate = (...args: string[]) => run(['attest', ...args, '--data', away])
    const rotated = await operate('rotate')
    expect(rotated).toMatchObject({ code: 0, err: expect.stringContaining('publish --root') })
    const out = join(folder, 'away-public')
    expect(await operate('publish', '--out', out, '--root', join(data, 'attestation-root.json'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('another key than the root'),
    })
    expect(await operate('publish', '--out', out, '--root', root)).toMatchObject({ code: 0, err: '' })
    const [, payload = ''] = readFileSync(join(out, 'keys.jwt'), 'utf8').split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).keys).toHaveLength(2)

    const again = start(['up', '--port', port, '--data', away, '--json'])
    const { resource } = JSON.parse(await again.firstLine)
    expect(await run(['call', resource, 'read_notes', '--data', away])).toMatchObject({ code: 0, err: '' })
    again.stop()
    expect(await again.outcome).toMatchObject({ code: 0, err: '' })
    expect(readFileSync(inFolder, 'utf8')).not.toContain(d)
  })
})

/** An issuer is called by its port, so this one has to be the same after a restart: four in a row that are free. */
async function startSomewhere(data: string): Promise<{ readonly port: string; readonly stop: () => Promise<unknown> }> {
  for (;;) {
    const port = String(20_000 + Math.floor(Math.random() * 30_000))
    const up = start(['up', '--port', port, '--data', data, '--json'])
    const stop = () => {
      up.stop()
      return up.outcome
    }
    const error = await up.firstLine.then(
      () => undefined,
      (reason: Error) => reason,
    )
    if (error === undefined) return { port, stop }
    if (!error.message.includes('in use')) throw error
  }
}
