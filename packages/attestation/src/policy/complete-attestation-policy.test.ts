import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttestationPolicy } from './attestation-policy.ts'
import { completeAttestationPolicy } from './complete-attestation-policy.ts'

const FULL: AttestationPolicy = {
  presence: 'preferred',
  minimumLevel: 'enterprise',
  issuers: ['https://attest.example'],
  providers: ['example'],
  models: [
    { family: 'm', versions: ['4.5'] },
    { family: 'n', atLeast: '4.10' },
  ],
  minimumSafetyLevel: 'standard',
  types: ['provider'],
  minimumAssurance: 'measured',
  configHashes: ['sha256:aa'],
  systemPromptHashes: ['sha256:bb'],
}

/** As it comes from JavaScript, or out of a file: nothing has looked at its types. */
const complete = (policy: unknown) => () => completeAttestationPolicy(policy as AttestationPolicy)

describe('a policy as its operator wrote it', () => {
  it.each(['required', 'preferred', 'optional'] as const)('may be the word %s alone', (presence) => {
    expect(completeAttestationPolicy(presence)).toEqual({ presence })
  })

  it('may ask for all there is to ask for', () => {
    expect(completeAttestationPolicy(FULL)).toEqual(FULL)
  })

  it.each<[unknown, string]>([
    ['require', 'presence is one of required, preferred, optional'],
    [undefined, 'members are presence, minimumLevel'],
    [null, 'members are'],
    [[], 'members are'],
    [{}, 'presence has to be given'],
    [{ minimumLevel: 'provider' }, 'presence has to be given'],
    [{ presence: 'off' }, 'presence is one of'],
    [{ presence: 'required', minimumlevel: 'provider' }, '"minimumlevel" is none of them'],
    [{ presence: 'required', toString: 1 }, '"toString" is none of them'],
    [{ presence: 'required', minimumLevel: 'none' }, 'minimumLevel is one of enterprise, provider'],
    [{ presence: 'required', minimumLevel: undefined }, 'minimumLevel has a value, or is left out'],
    [
      { presence: 'required', minimumSafetyLevel: 'STANDARD' },
      'minimumSafetyLevel is one of minimal, standard, enhanced',
    ],
    [{ presence: 'required', minimumAssurance: 1 }, 'minimumAssurance is one of'],
    [{ presence: 'required', providers: 'example' }, 'providers is a list of texts'],
    [{ presence: 'required', providers: [] }, 'providers is a list of texts, one at the least'],
    [{ presence: 'required', issuers: [''] }, 'issuers is a list of texts'],
    [{ presence: 'required', configHashes: [7] }, 'configHashes is a list of texts'],
    [{ presence: 'required', models: [] }, 'models is a list of models, one at the least'],
    [{ presence: 'required', models: ['m'] }, 'models holds a model whose members are family, versions, atLeast'],
    [{ presence: 'required', models: [{}] }, 'models holds a model whose family has to be given'],
    [{ presence: 'required', models: [{ family: 'm', atleast: '4' }] }, '"atleast" is none of them'],
    [
      { presence: 'required', models: [{ family: 'm', atLeast: 'latest' }] },
      'atLeast is numbers with full stops between',
    ],
    [
      { presence: 'required', models: [{ family: 'm', versions: [] }] },
      'versions is a list of texts, one at the least',
    ],
  ])('that is %j is a mistake: %s', (policy, message) => {
    expect(complete(policy)).toThrow(TypeError)
    expect(complete(policy)).toThrow(message)
  })

  it('with any member misspelt by a letter asks for nothing less: it is not taken', () => {
    const names = Object.keys(FULL)
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom('', 'x', '_'), (name, at, put) => {
        const misspelt = name.slice(0, at % name.length) + put + name.slice((at % name.length) + 1)
        fc.pre(!names.includes(misspelt))
        const { [name as keyof AttestationPolicy]: value, ...rest } = FULL
        expect(complete({ ...rest, [misspelt]: value })).toThrow(TypeError)
      }),
    )
  })
})
