/** Owns the proof that the lint configuration bites: files that must fail, under the rule they break. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

const mustFail: Record<string, string> = {
  'floating-promise.ts': 'typescript(no-floating-promises)',
  'missing-case.ts': 'typescript(switch-exhaustiveness-check)',
  'foreign-store.ts': 'eslint(no-restricted-imports)',
  'forbidden-package.ts': 'eslint(no-restricted-imports)',
  'unguarded-fetch.ts': 'eslint(no-restricted-globals)',
  'own-environment.ts': 'node(no-process-env)',
  'printed.ts': 'eslint(no-console)',
  'default-export.ts': 'import(no-default-export)',
  'cycle-one.ts': 'import(no-cycle)',
  'cycle-two.ts': 'import(no-cycle)',
}

/** Lints a copy of the fixtures as if they were the project's own src/, with the project's own settings. */
async function lintFixtures(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-lint-'))
  try {
    await cp(join(root, 'test/lint-fixtures'), folder, { recursive: true })
    for (const settings of ['.oxlintrc.json', 'tsconfig.json'])
      await cp(join(root, settings), join(folder, settings))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    const oxlint = join(root, 'node_modules/.bin/oxlint')
    const output = await new Promise<string>((resolve) => {
      execFile(oxlint, ['--type-aware', '--format', 'json', 'src'], { cwd: folder }, (_failed, stdout) =>
        resolve(stdout),
      )
    })
    const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] }
    return diagnostics.map(({ code, filename }) => `${filename.replaceAll('\\', '/')} ${code}`).toSorted()
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('each fixture fails under its own rule, and nothing else fails', async () => {
  const expected = Object.entries(mustFail).map(([file, rule]) => `src/accounts/${file} ${rule}`)
  assert.deepEqual(await lintFixtures(), expected.toSorted())
})
