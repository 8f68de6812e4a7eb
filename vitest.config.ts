import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@countersign/source'] },
  ssr: { resolve: { conditions: ['@countersign/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 20_000,
    // Files of one worker share their modules: nothing of ours keeps state in one, and loading them anew took half of the time.
    isolate: false,
    // Most of the time tests wait, for a socket or a store: of two cores both are used, which by default one would be.
    maxWorkers: Math.max(2, availableParallelism()),
  },
})
