/** Holds commit messages to Conventional Commits 1.0.0, for the commit-msg hook: `check-commit-message.ts <file>`. */
import { readFileSync } from 'node:fs'

const TYPES = 'feat|fix|docs|style|refactor|perf|test|build|ci|chore|revert'
const HEADER = new RegExp(`^(${TYPES})(\\([a-z0-9./-]+\\))?!?: \\S.*$`)
// Git writes these itself, and a rebase takes the latter two away.
const WRITTEN_BY_GIT = /^(Merge |Revert "|fixup! |squash! )/

const file = process.argv[2]
if (!file) throw new Error('usage: check-commit-message.ts <file>')
const message = readFileSync(file, 'utf8').replaceAll(/^#.*\n?/gm, '')
const [header = '', second = ''] = message.trimStart().split('\n')

if (!WRITTEN_BY_GIT.test(header) && !(HEADER.test(header) && second.trim() === '')) {
  console.error(`Not a conventional commit: "${header}"
Write "type(scope): what it does", then an empty line before a body; "!" before the colon marks a breaking change.
Types: ${TYPES.replaceAll('|', ', ')}. See https://www.conventionalcommits.org/en/v1.0.0/`)
  process.exitCode = 1
}
