import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { start } from '../../testing/issuer.test-fixture.ts'
import type { AccessToken } from '../access-token.ts'
import { createTokenWatch, type Standing } from './token-watch.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: start * 1000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const tokenOf = (issuer: string) => ({ issuer }) as AccessToken

/** A watch whose every answer is the test's. */
function createScene() {
  const scene = {
    polled: [] as string[][],
    judged: [] as string[],
    standing: async (_text: string): Promise<Standing> => 'good',
    told: 0,
  }
  const watch = createTokenWatch({
    clock: () => Date.now() / 1000,
    isWatchable: ({ issuer }) => issuer !== 'https://mute.example',
    poll: async (issuers) => void scene.polled.push([...issuers]),
    judge(_token, text) {
      scene.judged.push(text)
      return scene.standing(text)
    },
  })
  watch.onChange(() => scene.told++)
  return Object.assign(scene, { watch })
}
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)

describe('the tokens of open streams', () => {
  it('are looked at every second while they are watched, their issuers asked once for all', async () => {
    const { watch, polled, judged } = createScene()
    const stops = ['a', 'b', 'c'].map((text) => watch.watch(tokenOf('https://auth.example'), text))
    expect(vi.getTimerCount()).toBe(1)
    await seconds(2)
    expect(polled).toEqual([['https://auth.example'], ['https://auth.example']])
    expect(judged).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
    stops[1]?.()
    await seconds(1)
    expect(judged.slice(6)).toEqual(['a', 'c'])
    for (const stop of stops) stop()
    expect(vi.getTimerCount()).toBe(0)
    await seconds(5)
    expect(polled).toHaveLength(3)
  })

  it('are watched again after all were let go', async () => {
    const { watch, judged } = createScene()
    watch.watch(tokenOf('https://auth.example'), 'a')()
    watch.watch(tokenOf('https://auth.example'), 'b')
    await seconds(1)
    expect(judged).toEqual(['b'])
  })

  it('need no timer where nothing can be found out', () => {
    const { watch } = createScene()
    watch.watch(tokenOf('https://mute.example'), 'a')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('end when they are over, and whoever listens is told', async () => {
    const scene = createScene()
    const [first, second] = [tokenOf('https://auth.example'), tokenOf('https://auth.example')]
    scene.watch.watch(first, 'first')
    scene.watch.watch(second, 'second')
    scene.standing = async (text) => (text === 'first' ? 'over' : 'good')
    await seconds(1)
    expect([scene.watch.hasEnded(first), scene.watch.hasEnded(second), scene.told]).toEqual([true, false, 1])
  })

  it('are left in doubt for thirty seconds after somebody last vouched, and no longer', async () => {
    const scene = createScene()
    const token = tokenOf('https://auth.example')
    scene.watch.watch(token, 'a')
    await seconds(10)
    scene.standing = async () => 'doubtful'
    await seconds(30)
    expect(scene.watch.hasEnded(token)).toBe(false)
    await seconds(1)
    expect(scene.watch.hasEnded(token)).toBe(true)
  })

  it('are not looked at twice at once where answers take long', async () => {
    const scene = createScene()
    const { promise, resolve } = Promise.withResolvers<Standing>()
    scene.standing = () => promise
    scene.watch.watch(tokenOf('https://auth.example'), 'a')
    await seconds(5)
    expect(scene.judged).toEqual(['a'])
    resolve('good')
    await seconds(1)
    expect(scene.judged).toEqual(['a', 'a'])
  })

  it('are looked at a few at a time, each of them', async () => {
    const scene = createScene()
    let [now, most] = [0, 0]
    scene.standing = async () => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      now--
      return 'good'
    }
    for (let index = 0; index < 1000; index++) scene.watch.watch(tokenOf('https://auth.example'), `token-${index}`)
    await seconds(1)
    expect([scene.judged.length, new Set(scene.judged).size, most]).toEqual([1000, 1000, 16])
  })

  it('listeners come and go, each by itself', () => {
    const { watch } = createScene()
    const listener = vi.fn()
    const stops = [watch.onChange(listener), watch.onChange(listener)]
    watch.notify()
    expect(listener).toHaveBeenCalledTimes(2)
    stops[0]?.()
    watch.notify()
    expect(listener).toHaveBeenCalledTimes(3)
  })
})
