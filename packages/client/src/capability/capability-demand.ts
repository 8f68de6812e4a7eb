/** What a server asks for when a call lacks a capability (draft-ietf-oauth-rar-metadata-remediation): written by that server. */
import { decodeBase64url, parseStrictJson } from '@countersign/core'
import { readBounded } from '../bounded-bytes.ts'
import type { DocumentLimits } from '../json-document.ts'
import { membersOf } from '../json-members.ts'
import type { ResourceChallenge } from '../resource-challenge.ts'
import { decodeUtf8 } from '../utf8.ts'

/** One capability, or something that only looks like it. */
export interface CapabilityDemand {
  readonly entry: unknown
  /** Set when a capability alone will not do: a person has to have approved it just now. */
  readonly needsPerson: boolean
}

/** 64 KiB, 5 s: the one says all there is to say of a call, and the challenge has said it before. */
const problemLimits: DocumentLimits = { size: 65_536, time: 5000 }

/** Entries are no deeper than 12. */
const DEPTH = { maxDepth: 16 }

/**
 * Reads a 403 that names one capability; the response stays unread.
 *
 * @returns undefined when it names none or several: a call needs one
 */
export async function readCapabilityDemand(
  { error, remediation }: ResourceChallenge,
  response: Response,
  limits: DocumentLimits = problemLimits,
): Promise<CapabilityDemand | undefined> {
  if (error !== 'insufficient_authorization') return undefined
  const problem = await readProblem(response, limits)
  const named = remediation === undefined ? problem : decodeRemediation(remediation)
  const details = named.authorization_details
  if (!Array.isArray(details) || details.length !== 1) return undefined
  return { entry: details[0], needsPerson: problem.code === 'approval_required' }
}

function decodeRemediation(text: string): Readonly<Record<string, unknown>> {
  const octets = decodeBase64url(text)
  return octets === undefined ? {} : parseMembers(octets)
}

/** RFC 9457; what does not come as one in time says nothing. */
async function readProblem(
  response: Response,
  { size, time }: DocumentLimits,
): Promise<Readonly<Record<string, unknown>>> {
  const type = response.headers.get('content-type') ?? ''
  if (!/^application\/(?:problem\+)?json\b/i.test(type)) return {}
  try {
    // A copy, because the caller gets the response; aborting the pipe lets go of the copy.
    const copy = response.clone().body?.pipeThrough(new TransformStream(), { signal: AbortSignal.timeout(time) })
    const octets = copy === undefined ? undefined : await readBounded(copy, size)
    return octets === undefined ? {} : parseMembers(octets)
  } catch {
    return {}
  }
}

function parseMembers(octets: Uint8Array): Readonly<Record<string, unknown>> {
  const text = decodeUtf8(octets)
  const parsed = text === undefined ? undefined : parseStrictJson(text, DEPTH)
  return parsed?.ok === true ? membersOf(parsed.value) : {}
}
