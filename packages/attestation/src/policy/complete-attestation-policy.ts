/** A policy as its operator wrote it: a misspelt member must not ask for nothing. */
import { assurances, attestationLevels, safetyLevels } from '../claims/ranks.ts'
import type { AttestationPolicy, ModelRequirement, Presence } from './attestation-policy.ts'
import { isModelVersion } from './model-version.ts'

/** Says what a member has to be; `undefined` when it is that. */
type Rule = (value: unknown) => string | undefined

const presences: readonly Presence[] = ['required', 'preferred', 'optional']

const modelRules: Readonly<Record<keyof ModelRequirement, Rule>> = {
  family: (value) => (isText(value) ? undefined : 'is a text'),
  versions: isTexts,
  atLeast: (value) =>
    typeof value === 'string' && isModelVersion(value) ? undefined : 'is numbers with full stops between',
}

const policyRules: Readonly<Record<keyof AttestationPolicy, Rule>> = {
  presence: isOneOf(presences),
  // `none` is what everybody reaches.
  minimumLevel: isOneOf(attestationLevels.filter((level) => level !== 'none')),
  issuers: isTexts,
  providers: isTexts,
  models: areModels,
  minimumSafetyLevel: isOneOf(safetyLevels),
  types: isTexts,
  minimumAssurance: isOneOf(assurances),
  configHashes: isTexts,
  systemPromptHashes: isTexts,
}

/**
 * Takes a policy, or its presence alone. Throws a `TypeError` that names the member which is unknown, missing or of a
 * value that no attestation could meet; also what comes from JavaScript or a file is checked to the letter.
 */
export function completeAttestationPolicy(policy: AttestationPolicy | Presence): AttestationPolicy {
  const complete: AttestationPolicy = typeof policy === 'string' ? { presence: policy } : policy
  const wrong = findWrong(complete, policyRules, 'presence')
  if (wrong === undefined) return complete
  throw new TypeError(`An attestation policy's ${wrong}.`)
}

/** The first member that breaks its rule, and the rule, in words. */
function findWrong(value: unknown, rules: Readonly<Record<string, Rule>>, needed: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `members are ${Object.keys(rules).join(', ')}: what was given has none of them`
  }
  for (const [name, member] of Object.entries(value)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined)
      return `members are ${Object.keys(rules).join(', ')}: ${JSON.stringify(name)} is none of them`
    const broken = member === undefined ? 'has a value, or is left out' : rule(member)
    if (broken !== undefined) return `${name} ${broken}`
  }
  return Object.hasOwn(value, needed) ? undefined : `${needed} has to be given`
}

function isOneOf(allowed: readonly string[]): Rule {
  return (value) => (allowed.some((one) => one === value) ? undefined : `is one of ${allowed.join(', ')}`)
}

function isTexts(value: unknown): string | undefined {
  const holds = Array.isArray(value) && value.length > 0 && value.every(isText)
  return holds ? undefined : 'is a list of texts, one at the least: leave it out to ask for none of them'
}

function areModels(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    return 'is a list of models, one at the least: leave it out to ask for none of them'
  }
  for (const model of value) {
    const wrong = findWrong(model, modelRules, 'family')
    if (wrong !== undefined) return `holds a model whose ${wrong}`
  }
  return undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
