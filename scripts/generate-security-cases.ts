/**
 * Owns docs/security-cases.md: every case of the security catalogue (test/security/cases.json) and the test files that run it. A test runs a
 * case when its name begins with the case's id. `--check` writes nothing and fails when the document is out of date.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SecurityCases {
  groups: Record<string, string>
  cases: { id: string; group: string; title: string }[]
}

/** A test file's path from the project's folder, and its text. */
export interface TestFile {
  path: string
  text: string
}

const root = join(import.meta.dirname, '..')
const TARGET = 'docs/security-cases.md'
const TEST_FILES = '{src,test,scripts}/**/*.test.ts'
/** `test('G1-12 …` or `test('G6-111, G6-113: …`, on one line or two, also as a subtest; `test.skip` is none. */
const NAMED_TEST = /\btest\(\s*['"`]((?:G\d+-\d+, )*G\d+-\d+):? /g

/** Case id -> the files with a test of that name. @throws Error for an id that is not in the catalogue */
function findCoverage({ cases }: SecurityCases, files: readonly TestFile[]): Map<string, string[]> {
  const coverage = new Map<string, string[]>(cases.map(({ id }) => [id, []]))
  for (const { path, text } of files) {
    const named = [...text.matchAll(NAMED_TEST)].flatMap(([, ids = '']) => ids.split(', '))
    for (const id of named) {
      const covering = coverage.get(id)
      if (!covering) throw new Error(`${path}: ${id} is no case of test/security/cases.json`)
      if (!covering.includes(path)) covering.push(path)
    }
  }
  return coverage
}

export function renderSecurityCases(catalogue: SecurityCases, files: readonly TestFile[]): string {
  const coverage = findCoverage(catalogue, files)
  const filesOf = (id: string) => coverage.get(id) ?? []
  const covered = (cases: SecurityCases['cases']) => cases.filter(({ id }) => filesOf(id).length > 0).length
  const groups = Object.entries(catalogue.groups).map(([id, name]) => {
    const cases = catalogue.cases.filter(({ group }) => group === id)
    return { id, name, cases, total: `${covered(cases)} of ${cases.length}` }
  })
  const totals = groups.map(({ id, name, total }) => `| ${id} | ${name} | ${total} |`)
  const tables = groups.map(({ id, name, cases, total }) => {
    const rows = cases.map((one) => {
      const links = filesOf(one.id).map((path) => `[${path}](../${path})`)
      return `| ${one.id} | ${one.title} | ${links.join(', ') || 'not yet'} |`
    })
    return `## ${id} ${name}: ${total}\n\n| case | title | covered by |\n|---|---|---|\n${rows.join('\n')}\n`
  })
  return `<!-- Generated from test/security/cases.json and the names of the tests: npm run docs -->

# Security cases

What an attacker, a careless client or bad luck may try, one case each. A case is covered by the tests whose names begin with its id:
\`npm test -- --test-name-pattern 'G1-12\\b'\` runs one.

| group | about | covered |
|---|---|---|
${totals.join('\n')}
| all | | ${covered(catalogue.cases)} of ${catalogue.cases.length} |

${tables.join('\n')}`
}

export function securityCasesDoc(): string {
  const catalogue = JSON.parse(readFileSync(join(root, 'test/security/cases.json'), 'utf8')) as SecurityCases
  const paths = globSync(TEST_FILES, { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  const files = paths.toSorted().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  return renderSecurityCases(catalogue, files)
}

if (process.argv[1] === import.meta.filename) {
  const text = securityCasesDoc()
  const target = join(root, TARGET)
  if (!process.argv.includes('--check')) writeFileSync(target, text)
  else if (readFileSync(target, 'utf8') !== text) {
    console.error(`${TARGET} is not up to date: npm run docs`)
    process.exitCode = 1
  }
}
