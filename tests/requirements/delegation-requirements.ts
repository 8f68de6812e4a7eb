/** What is asked of rich authorization requests and of token exchange. */
import { type Requirement, rfc } from './requirement.ts'

/** Part of the requirements. */
export const delegationRequirements = [
  // RFC 9396: rich authorization requests
  {
    id: 'RFC9396-3-1',
    source: rfc(9396, '3'),
    text: 'A person is asked to consent to the very details of the request.',
  },
  {
    id: 'RFC9396-3.1-1',
    source: rfc(9396, '3.1'),
    text: 'Scopes and details of one request are shown for consent together.',
  },
  {
    id: 'RFC9396-5-1',
    source: rfc(9396, '5'),
    text: 'Details of an unknown type, with unknown fields, without required ones or with wrong values are refused.',
  },
  {
    id: 'RFC9396-6-1',
    source: rfc(9396, '6'),
    text: 'A token that is refreshed holds no more details than were granted.',
  },
  { id: 'RFC9396-7-1', source: rfc(9396, '7'), text: 'The token response says which details were granted.' },
  { id: 'RFC9396-9.1-1', source: rfc(9396, '9.1'), text: 'A JWT access token holds the granted details.' },
  { id: 'RFC9396-9.2-1', source: rfc(9396, '9.2'), text: 'Introspection tells of the granted details.' },
  { id: 'RFC9396-10-1', source: rfc(9396, '10'), text: 'The metadata name the types of details that are known.' },
  {
    id: 'RFC9396-12-1',
    source: rfc(9396, '12'),
    text: 'Texts in details are compared as they are, without transformation or normalisation.',
  },

  // RFC 8693: token exchange
  {
    id: 'RFC8693-2.1-1',
    source: rfc(8693, '2.1'),
    text: 'An exchange without a subject token of a type that is taken is refused.',
  },
  {
    id: 'RFC8693-2.2.1-1',
    source: rfc(8693, '2.2.1'),
    text: 'The response names the type of the issued token, and how it is used.',
  },
  {
    id: 'RFC8693-2.2.2-1',
    source: rfc(8693, '2.2.2'),
    text: 'A resource or audience for which no token is issued is refused with invalid_target.',
  },
  {
    id: 'RFC8693-4.1-1',
    source: rfc(8693, '4.1'),
    text: 'act names the present actor outermost, and nested in it those before.',
  },
  {
    id: 'RFC8693-4.4-1',
    source: rfc(8693, '4.4'),
    text: 'A token is exchanged by another client only when may_act names that client, which has proven who it is.',
  },
] as const satisfies readonly Requirement[]
