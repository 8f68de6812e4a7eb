/** Writes the vector files: `node --conditions=@countersign/source tests/vectors/attestation/make.ts`, then format. */
import { writeFileSync } from 'node:fs'
import { makeVectorFiles } from './making/vector-files.ts'

for (const { path, content } of makeVectorFiles()) writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`)
