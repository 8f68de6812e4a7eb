import { describe, expect, it } from 'vitest'
import { describeFault } from './fault.ts'

describe('a fault', () => {
  it('is told by its kind, code and place', () => {
    const error = Object.assign(new RangeError('no room for eyJ0eXAi'), { code: 'ERR_OUT_OF_RANGE' })
    expect(describeFault(error)).toEqual({
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
      at: expect.stringContaining('fault.test.ts'),
    })
  })

  it('takes no line of its message for a place', () => {
    const fault = describeFault(new Error('cannot read\n    at eyJ0eXAi'))
    expect(fault.at).toContain('fault.test.ts')
  })

  it('tells the code of its cause, as fetch gives it', () => {
    const cause = Object.assign(new Error('connect 10.0.0.1'), { code: 'ECONNREFUSED' })
    expect(describeFault(new TypeError('fetch failed', { cause }))).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it.each([
    ['secret text', 'string'],
    [undefined, 'undefined'],
    [{ token: 'x' }, 'object'],
  ])('may be no error at all: %j', (thrown, name) => {
    expect(describeFault(thrown)).toEqual({ name })
  })

  it('has no code but one of Node’s own making', () => {
    expect(describeFault(Object.assign(new Error(''), { code: 'what a caller wrote' }))).not.toHaveProperty('code')
  })

  it('has no place when its stack was written over', () => {
    const error = Object.assign(new Error('a'), { stack: 'eyJ0eXAi\n    at secret' })
    expect(JSON.stringify(describeFault(error))).not.toContain('eyJ')
  })
})
