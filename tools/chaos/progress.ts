/** How far a run has come: a bar where somebody watches, a line for each step otherwise. */

/** Counts steps. */
export interface Progress {
  /** The next one begins. */
  step(words: string): void
  /** Takes the bar away. */
  end(): void
}

const WIDTH = 24

/** For so many steps, on stderr. */
export function showProgress(steps: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  let done = 0
  return {
    step(words) {
      const filled = Math.round((done / steps) * WIDTH)
      done++
      const place = `${done}/${steps}`
      if (stream.isTTY) stream.write(`\r\u001b[K${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${place} ${words}`)
      else stream.write(`${place} ${words}\n`)
    },
    end() {
      if (stream.isTTY) stream.write('\r\u001b[K')
    },
  }
}
