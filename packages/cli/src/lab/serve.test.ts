import { describe, expect, it } from 'vitest'
import { run, start } from '../testing/command.test-fixture.ts'

describe('countersign lab serve', () => {
  it('serves the page on this machine until it is told to stop', async () => {
    const lab = start(['lab', 'serve', '--port', '0', '--json'])
    const { url } = JSON.parse(await lab.firstLine) as { url: string }
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect(await (await fetch(url)).text()).toContain('<title>The lab')
    lab.stop()
    expect(await lab.outcome).toMatchObject({ code: 0, err: '' })
    await expect(fetch(url)).rejects.toThrow()
  })

  it('says who has the port that it wanted', async () => {
    const lab = start(['lab', 'serve', '--port', '0', '--json'])
    const { port } = new URL((JSON.parse(await lab.firstLine) as { url: string }).url)
    const second = await run(['lab', 'serve', '--port', port])
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining(`Port ${port} is in use`) })
    lab.stop()
    await lab.outcome
  })

  it('takes ports only', async () => {
    expect(await run(['lab', 'serve', '--port', '70000'])).toMatchObject({ code: 2 })
  })
})
