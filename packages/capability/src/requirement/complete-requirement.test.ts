import { describe, expect, it } from 'vitest'
import { completeCapabilityRequirement } from './complete-requirement.ts'

describe('a requirement', () => {
  it('asks for the least where nothing more is said', () => {
    expect(completeCapabilityRequirement({ object: '/note_id' })).toMatchObject({
      object: ['/note_id'],
      free: [],
      uses: 1,
      seconds: 60,
      approval: 'person',
    })
  })

  it('keeps what is said, in a copy', () => {
    const free = ['/comment']
    const said = { object: ['/folder', '/note_id'], free, uses: 1000, seconds: 3600, approval: 'none' }
    const complete = completeCapabilityRequirement(said)
    expect(complete).toMatchObject({ ...said, free: ['/comment'] })
    free.push('/note_id')
    expect(complete.free).toEqual(['/comment'])
  })

  it.each<[string, unknown]>([
    ['no object of what', { object: [] }],
    ['a part of what is free', { object: '/a/b', free: ['/a'] }],
    ['a neighbour of what is free', { object: '/a/b', free: ['/a/c'] }],
  ])('may name %s', (_name, value) => {
    expect(() => completeCapabilityRequirement(value)).not.toThrow()
  })

  it.each<[string, unknown, RegExp]>([
    ['a text', '/note_id', /an object, such as/],
    ['a list', ['/note_id'], /an object, such as/],
    ['null', null, /an object, such as/],
    ['nothing', undefined, /an object, such as/],
    ['no object', {}, /needs 'object'/],
    ['a slip of the pen', { object: '/a', use: 1 }, /no member "use"; it has object, free, uses, seconds, approval/],
    ['a name of a prototype', JSON.parse('{"object":"/a","__proto__":{}}'), /no member "__proto__"/],
    ['an object that is none', { object: 1 }, /'object'.*list of JSON pointers/],
    ['an object of undefined', { object: undefined }, /'object'.*list of JSON pointers/],
    ['an object without its slash', { object: 'note_id' }, /'object'.*no JSON pointer.*'\/note_id'/],
    ['everything as the object', { object: '' }, /'object'.*no JSON pointer/],
    ['an object twice', { object: ['/a', '/a'] }, /'object'.*twice, or one inside another/],
    ['all arguments as free', { object: '/a', free: ['*'] }, /'free'.*no JSON pointer/],
    ['free arguments that are no list', { object: '/a', free: '/b' }, /'free'.*list/],
    ['a free argument inside of a free one', { object: '/a', free: ['/b', '/b/c'] }, /'free'.*inside another/],
    ['an argument that is both', { object: '/a', free: ['/a'] }, /both in 'object' and in 'free'/],
    ['a free part of the object', { object: '/a', free: ['/a/b'] }, /both in 'object' and in 'free'/],
    ['no uses', { object: '/a', uses: 0 }, /'uses'.*1 to 1000/],
    ['absurdly many uses', { object: '/a', uses: 1001 }, /'uses'.*1 to 1000/],
    ['half a use', { object: '/a', uses: 1.5 }, /'uses'/],
    ['negative time', { object: '/a', seconds: -60 }, /'seconds'.*1 to 3600/],
    ['a day', { object: '/a', seconds: 86_400 }, /'seconds'.*1 to 3600/],
    ['time as a text', { object: '/a', seconds: '60' }, /'seconds'/],
    ['another approval', { object: '/a', approval: 'agent' }, /'approval'.*'none' or 'person'/],
    ['no approval', { object: '/a', approval: null }, /'approval'/],
  ])('is an error with %s', (_name, value, message) => {
    expect(() => completeCapabilityRequirement(value)).toThrow(TypeError)
    expect(() => completeCapabilityRequirement(value)).toThrow(message)
  })
})
