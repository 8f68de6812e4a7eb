import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { createRequirementTables } from './requirement-tables.ts'

const read = { scopes: ['read'] }
const write = { scopes: ['write'] }
const admin = { scopes: ['admin'] }

describe('names of tools, prompts and methods', () => {
  const tables = createRequirementTables({
    tools: { read_notes: read },
    prompts: { summarise: read },
    methods: { 'resources/list': write, 'tools/list': admin },
  })

  it('are found by the very name, each in its own table', () => {
    expect(tables.tools.find('read_notes')).toEqual(read)
    expect(tables.prompts.find('summarise')).toEqual(read)
    expect(tables.methods.find('resources/list')).toEqual(write)
    for (const name of ['Read_notes', 'read_notes ', 'read_note', '', 'summarise']) {
      expect(tables.tools.find(name)).toBeUndefined()
    }
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('are not those of every object: %s', (name) => {
    for (const table of Object.values(tables)) expect(table.find(name)).toBeUndefined()
  })

  it('may be called __proto__ all the same', () => {
    const named = JSON.parse('{"__proto__":{"scopes":["read"]}}')
    const { tools, methods } = createRequirementTables({ tools: named, methods: named })
    expect(tools.find('__proto__')).toEqual(read)
    expect(methods.find('__proto__')).toEqual(read)
  })

  it.each(['initialize', 'server/discover', 'ping'])('%s needs a valid token and no more', (method) => {
    expect(tables.methods.find(method)).toEqual({})
  })

  it('an open method may be declared to need more', () => {
    expect(tables.methods.find('tools/list')).toEqual(admin)
    expect(createRequirementTables({}).methods.find('tools/list')).toEqual({})
  })

  it.each(['tools/call', 'resources/read', 'prompts/get'])(
    '%s is declared by what it names, not as a method',
    (name) => {
      expect(() => createRequirementTables({ methods: { [name]: {} } })).toThrow(ConfigurationError)
      expect(() => createRequirementTables({ methods: { [name]: {} } })).toThrow(name)
    },
  )

  it('are copied: what the operator changes later changes nothing', () => {
    const tools: Record<string, { scopes: string[] }> = { read_notes: { scopes: ['read'] } }
    const copied = createRequirementTables({ tools })
    tools.write_note = { scopes: [] }
    delete tools.read_notes
    expect(copied.tools.find('write_note')).toBeUndefined()
    expect(copied.tools.find('read_notes')).toEqual(read)
  })

  it.each<[string, object]>([
    ['scope', { scope: ['notes:write'] }],
    ['contentdigest', { contentdigest: 'required' }],
    ["contentDigest can only be 'required'", { contentDigest: true }],
    ['scopes must be a list', { scopes: 'notes:write' }],
    ["'notes:read notes:write' is not a scope", { scopes: ['notes:read notes:write'] }],
  ])('with a requirement that would ask for nothing are a mistake of the operator: %s', (named, requirement) => {
    const create = () => createRequirementTables({ tools: { write_note: requirement } })
    expect(create).toThrow(ConfigurationError)
    expect(create).toThrow(`tools: 'write_note': `)
    expect(create).toThrow(named)
  })

  it('that are none at all close the methods that would name them', () => {
    expect(createRequirementTables({})).toMatchObject({
      tools: { isEmpty: true },
      prompts: { isEmpty: true },
      resources: { isEmpty: true },
      methods: { isEmpty: false },
    })
    expect(tables).toMatchObject({ tools: { isEmpty: false }, resources: { isEmpty: true } })
  })
})

describe('URIs of resources', () => {
  const { resources } = createRequirementTables({
    resources: { 'notes:///*': read, 'notes:///private/*': write, 'notes:///private/keys': admin, 'file:///a/b': read },
  })

  it('are found exactly first, then by the longest prefix', () => {
    expect(resources.find('notes:///private/keys')).toEqual(admin)
    expect(resources.find('notes:///private/other')).toEqual(write)
    expect(resources.find('notes:///private/')).toEqual(write)
    expect(resources.find('notes:///private')).toEqual(read)
    expect(resources.find('notes:///1')).toEqual(read)
    expect(resources.find('notes:///')).toEqual(read)
  })

  it.each([
    'notes://',
    'notes://host/1',
    'NOTES:///1',
    'file:///a/b/c',
    'file:///a/B',
    '',
    '*',
    'https://x/notes:///1',
  ])('beyond every entry are not declared: %s', (uri) => {
    expect(resources.find(uri)).toBeUndefined()
  })

  it.each([
    'notes:///public/../private/keys',
    'notes:///..',
    'notes:///.',
    'notes:///a/.',
    'notes:///a/./b',
    'notes:///%2e%2e/private/keys',
    'notes:///.%2E/private/keys',
    'notes:///a%2f..%2fprivate',
    'notes:///a\\..\\private',
    'notes:///a%5C%2e%2e%5Cprivate',
    'notes:///a%5c..%5cprivate',
    'notes:///a/..?x',
    'notes:///a/..#x',
  ])('with dot segments match no prefix, the server may climb out of it: %s', (uri) => {
    expect(resources.find(uri)).toBeUndefined()
  })

  it.each([
    'notes:///a..b',
    'notes:///...',
    'notes:///.hidden',
    'notes:///v1.2/x',
    'notes:///a%20b',
    'notes:///é?x=%2F',
  ])('with dots, escapes and letters that are part of a name match: %s', (uri) => {
    expect(resources.find(uri)).toEqual(read)
  })

  it.each([
    'notes:///private/ke\tys',
    'notes:///pri\nvate/keys',
    'notes:///private/keys\r',
    'notes:///private/keys ',
    'notes:///public/.\t./private/keys',
    'notes:///private/keys\0',
    'notes:///private\\keys',
    'notes:///private/%6Beys',
    'notes:///%70rivate/keys',
  ])('that a URL parser would write otherwise match no prefix, the stricter entry may be meant: %j', (uri) => {
    expect(resources.find(uri)).toBeUndefined()
  })

  it('whatever they are, a prefix never covers what resolves to a place outside of it', () => {
    const { resources: open } = createRequirementTables({ resources: { 'https://h.example/public/*': read } })
    const piece = fc.constantFrom('/', '\\', '.', '..', '%2e', '%2F', '%5c', 'a', '\t', '\n', ' ', '?', '#', '%', '%00')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const uri = `https://h.example/public/${pieces.join('')}`
        if (open.find(uri) === undefined) return true
        return URL.parse(uri)?.href.startsWith('https://h.example/public/') === true
      }),
      { numRuns: 2000 },
    )
  })
})
