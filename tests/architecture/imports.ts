/** Every module that a source file names, whatever the form: import, re-export, `import()`, `import type`, `import('…').T`. */
import { parseSync, Visitor } from 'oxc-parser'
import type { SourceFile } from './source-files.ts'

/** One mention of a module. `specifier` is undefined where it is computed, and so cannot be judged. */
export interface Import {
  readonly file: string
  readonly specifier: string | undefined
}

/** Reads them off the syntax tree; throws for a file that does not parse. */
export function readImports({ path, text }: SourceFile): readonly Import[] {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const found: Import[] = []
  const add = (specifier: unknown): void => {
    found.push({ file: path, specifier: typeof specifier === 'string' ? specifier : undefined })
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value),
    ExportAllDeclaration: (node) => add(node.source.value),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node.source.value)
    },
    ImportExpression: (node) => add(node.source.type === 'Literal' ? node.source.value : undefined),
    TSImportType: (node) => add(node.source.value),
  }).visit(program)
  return found
}
