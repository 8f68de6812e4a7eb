/** Every scenario that the suite has for servers: where it is run against ours, or why it is not for a notes server. */

/** `open`: nothing before the MCP server. `guarded`: behind the guard and its listener, a token added to each request. */
export type Route = 'open' | 'guarded'

/** The revisions on whose wire the servers are judged. */
export const revisions = ['2026-07-28', '2025-11-25'] as const

/** A check that is not met, and why. */
type Unmet = Readonly<Record<string, string>>

/** How a scenario applies. */
export interface ServerScenario {
  readonly name: string
  readonly revisions: readonly (typeof revisions)[number][]
  /** On each route that is named it is run, and meets every check but these. */
  readonly unmet: Partial<Readonly<Record<Route, Unmet>>>
}

const modern = ['2026-07-28'] as const
const legacy = ['2025-11-25'] as const
const nowhere = { open: {}, guarded: {} }

const testTool = 'asks for a tool of the suite, to provoke what no tool of the notes server does'
const unchanging = 'the lists of the notes server never change, so there is nothing to be told of'
const closed = 'a method that the policy does not open gets 403 from the guard, before the server could answer'
const ownCode = "the guard finds the difference first, and answers 400 with a code of its own in place of JSON-RPC's"

const notTestable: Unmet = {
  'sep-2575-server-rejects-undeclared-capability': testTool,
  'sep-2575-missing-capability-http-400': testTool,
  'sep-2575-server-sends-prompts-list-changed-on-subscription': unchanging,
  'sep-2575-server-sends-tools-list-changed-on-subscription': unchanging,
}

/** Those that apply. */
export const applicable: readonly ServerScenario[] = [
  { name: 'server-initialize', revisions: legacy, unmet: nowhere },
  { name: 'ping', revisions: legacy, unmet: nowhere },
  { name: 'tools-list', revisions, unmet: nowhere },
  { name: 'resources-list', revisions, unmet: nowhere },
  { name: 'prompts-list', revisions, unmet: nowhere },
  { name: 'server-sse-multiple-streams', revisions: modern, unmet: nowhere },
  { name: 'caching', revisions: modern, unmet: nowhere },
  {
    name: 'http-header-validation',
    revisions: modern,
    unmet: { open: {}, guarded: { 'sep-2243-server-reject-error-code': ownCode } },
  },
  {
    name: 'server-stateless',
    revisions: modern,
    unmet: {
      open: {
        ...notTestable,
        'sep-2575-http-server-no-independent-requests-on-stream': testTool,
        'sep-2575-server-no-log-without-loglevel': testTool,
      },
      guarded: {
        ...notTestable,
        'sep-2575-http-server-method-not-found-404': closed,
        'sep-2575-http-server-method-not-found-404-logging-setlevel': closed,
        'sep-2575-http-server-method-not-found-404-resources-subscribe': closed,
        'sep-2575-http-server-method-not-found-404-resources-unsubscribe': closed,
        'sep-2575-server-sends-subscription-ack': closed,
        'sep-2575-server-tags-subscription-id': closed,
      },
    },
  },
  // The handler of the MCP SDK leaves Host and Origin to whoever stands before it.
  { name: 'dns-rebinding-protection', revisions, unmet: { guarded: {} } },
  // The guard refuses a resource that its policy does not open, whether it is there or not.
  { name: 'sep-2164-resource-not-found', revisions: modern, unmet: { open: {} } },
]

/** The others, by the reason. */
export const notApplicable: Readonly<Record<string, readonly string[]>> = {
  'calls a tool, reads a resource or gets a prompt of the suite’s own example server': [
    'tools-call-simple-text',
    'tools-call-image',
    'tools-call-audio',
    'tools-call-embedded-resource',
    'tools-call-mixed-content',
    'tools-call-with-logging',
    'tools-call-error',
    'tools-call-with-progress',
    'tools-call-sampling',
    'tools-call-elicitation',
    'json-schema-2020-12',
    'elicitation-sep1034-defaults',
    'elicitation-sep1330-enums',
    'resources-read-text',
    'resources-read-binary',
    'resources-templates-read',
    'prompts-get-simple',
    'prompts-get-with-args',
    'prompts-get-embedded-resource',
    'prompts-get-with-image',
    'server-sse-polling',
    'http-custom-header-server-validation',
    'input-required-result-basic-elicitation',
    'input-required-result-basic-sampling',
    'input-required-result-basic-list-roots',
    'input-required-result-request-state',
    'input-required-result-multiple-input-requests',
    'input-required-result-multi-round',
    'input-required-result-missing-input-response',
    'input-required-result-non-tool-request',
    'input-required-result-result-type',
    'input-required-result-unsupported-methods',
    'input-required-result-tampered-state',
    'input-required-result-capability-check',
    'input-required-result-ignore-extra-params',
    'input-required-result-validate-input',
  ],
  'is about a capability that the notes server does not declare: completions, logging, subscriptions': [
    'completion-complete',
    'logging-set-level',
    'resources-subscribe',
    'resources-unsubscribe',
  ],
  'is about sessions: each call stands for itself here, in either era': ['server-session-lifecycle'],
  'is about an extension that the notes server does not have: tasks, skills': [
    'tasks-lifecycle',
    'tasks-capability-negotiation',
    'tasks-wire-fields',
    'tasks-request-state-removal',
    'tasks-mrtr-input',
    'tasks-request-headers',
    'tasks-dispatch-and-envelope',
    'tasks-status-notifications',
    'tasks-required-task-error',
    'tasks-mrtr-composition',
    'sep-2640-skills-directory',
    'sep-2640-skills-enumeration',
    'sep-2640-skills-manifest',
  ],
}
