/**
 * Owns docs/apps.md: every app of the catalogue with its quirks, and which of them a test exercises. A test exercises a quirk when its name
 * begins with the quirk's id: `test('H8, trello: …')`, `test('A5, A6: …')`.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadCatalog, type CatalogApp } from '../src/apps/catalog.ts'
import { laterQuirks, quirkIdOf, quirks } from '../src/upstream/quirks.ts'
import type { TestFile } from './generate-security-cases.ts'

const root = join(import.meta.dirname, '..')

/** From G5 on, G is a group of security cases. */
const ID = String.raw`(?:(?:[A-FH-K]\d{1,2}|G[0-4])(?![\d-])|G\d+(?:-\d+)?)`
/** The ids that a test's name begins with, those of security cases among them; on one line or two, also as a subtest. `test.skip` is none. */
const NAMED_TEST = new RegExp(
  String.raw`\btest\(\s*['"\`](${ID}(?:(?:, | to | and | )${ID})*)(?=[\s:,])`,
  'g',
)

/** Quirk id -> the files with a test of that name. @throws Error for an id that is in no list */
export function quirkTests(files: readonly TestFile[]): Map<string, string[]> {
  const tests = new Map<string, string[]>(Object.keys(quirks).map((id) => [id, []]))
  for (const { path, text } of files)
    for (const [, named = ''] of text.matchAll(NAMED_TEST))
      for (const id of idsOf(named)) {
        const found = tests.get(id)
        if (!found) throw new Error(`${path}: ${id} is no quirk of src/upstream/quirks.ts`)
        if (!found.includes(path)) found.push(path)
      }
  return tests
}

/** `C2 to C5` means all that lie between, too. */
function idsOf(named: string): string[] {
  const known = Object.keys(quirks)
  const spans = named.replace(
    /(\b[A-K]\d+) to ([A-K]\d+)/g,
    (_, first: string, last: string) =>
      known.slice(known.indexOf(first), known.indexOf(last) + 1).join(' ') || `${first} ${last}`,
  )
  return spans.split(/[^A-K\d-]+/).filter((id) => id !== '' && !/-|^G[^0-4]|^G\d\d/.test(id))
}

export function renderAppMatrix(
  apps: readonly CatalogApp[],
  tests: ReadonlyMap<string, readonly string[]>,
): string {
  const isTested = (id: string) => (tests.get(id) ?? []).length > 0
  const idsOfApp = (app: CatalogApp) => [...new Set(app.quirks.map(quirkIdOf))].toSorted(inOrder)
  const usersOf = (id: string) => apps.filter((app) => idsOfApp(app).includes(id)).length
  const gaps = Object.keys(quirks).filter((id) => !isTested(id))
  const tested = Object.keys(quirks).length - gaps.length
  const unused = gaps.filter((id) => usersOf(id) === 0)
  const unchecked = apps.filter(({ evidence }) => !evidence.checked_on)
  const unverified = apps.reduce((sum, { evidence }) => sum + evidence.unverified.length, 0)

  const quirkRows = Object.entries(quirks).map(([id, meaning]) => {
    const links = (tests.get(id) ?? []).map((path) => `[${path.split('/').at(-1)}](../${path})`)
    return `| ${id} | ${meaning} | ${usersOf(id)} | ${links.join(', ') || '**none**'} |`
  })
  const appRows = apps.map((app) => {
    const ids = idsOfApp(app).map((id) => (isTested(id) ? id : `**${id}**`))
    const checked = app.evidence.checked_on ?? 'not yet'
    const name = `[${app.name_slug}](../catalog/apps/${app.name_slug}.yaml)${app.disabled ? ' (disabled)' : ''}`
    const auth = app.oauth ? `OAuth ${app.oauth.version}` : app.auth_type
    return `| ${app.rank ?? ''} | ${name} | ${app.name} | ${auth} | ${ids.join(' ') || '–'} | ${checked} | ${app.evidence.unverified.length} |`
  })
  return `<!-- Generated from catalog/apps, src/upstream/quirks.ts and the names of the tests: npm run docs -->

# Apps

${apps.length} apps: ${apps.filter((app) => app.oauth).length} by OAuth, ${apps.filter((app) => !app.oauth).length} by keys. ${apps.length - unchecked.length} of them were checked against the provider’s own pages on the day shown; ${unverified} single facts are marked unverified in
the files, each under \`evidence.unverified\`. What providers do differently is a _quirk_: ${tested} of ${tested + gaps.length} are exercised by a test whose name begins with the id.

## Gaps

${gaps.length === 0 ? 'Every quirk has a test.' : `No test begins with: ${gaps.map((id) => `**${id}**`).join(', ')}.`}${unused.length === 0 ? '' : ` No app of ours has: ${unused.join(', ')}.`}

Not in this version, and no app of ours has it: ${Object.entries(laterQuirks)
    .map(([id, meaning]) => `${id} (${meaning.toLowerCase()})`)
    .join(', ')}.

## Quirks

| id | what the provider does | apps | tests |
|---|---|---|---|
${quirkRows.join('\n')}

## The apps, by rank

Bold: a quirk without a test.

| rank | slug | name | sign-in | quirks | checked on | unverified |
|---|---|---|---|---|---|---|
${appRows.join('\n')}
`
}

/** `A2` before `A12`. */
const inOrder = (a: string, b: string) =>
  a[0] === b[0] ? Number(a.slice(1)) - Number(b.slice(1)) : a < b ? -1 : 1

export async function appMatrixDoc(): Promise<string> {
  const { layers } = await loadCatalog({ builtInDir: join(root, 'catalog/apps') })
  const apps = [...layers.apps.values()].toSorted(
    (a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || (a.name_slug < b.name_slug ? -1 : 1),
  )
  const paths = globSync('{src,test}/**/*.test.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  const files = paths.toSorted().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  return renderAppMatrix(apps, quirkTests(files))
}
