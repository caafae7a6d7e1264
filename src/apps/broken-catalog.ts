/** Owns the error for a built-in catalogue that is not sound: it stops a start, because nobody but us can mend it. */
import type { FileProblem } from './catalog-files.ts'

export class BrokenCatalog extends Error {
  override readonly name = 'BrokenCatalog'
  readonly problems: readonly FileProblem[]

  constructor(problems: readonly FileProblem[]) {
    const lines = problems.map(({ file, message }) => `  ${file}: ${message}`)
    super(`the built-in catalogue is broken:\n${lines.join('\n')}`)
    this.problems = problems
  }
}
