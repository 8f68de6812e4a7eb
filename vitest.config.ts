import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@countersign/source'] },
  ssr: { resolve: { conditions: ['@countersign/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 20_000,
    // Files of one worker share their modules: nothing of ours keeps state in one, and loading them anew took half of the time.
    isolate: false,
  },
})
