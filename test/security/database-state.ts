/** Reads every row of the whole database, so that a test can say what changed, and that nothing else did. SQLite and PostgreSQL alike. */
import assert from 'node:assert/strict'
import { sql } from 'kysely'
import type { Db } from '../../src/db/open.ts'

/** Table -> its rows as sorted JSON texts. */
export type DatabaseState = ReadonlyMap<string, readonly string[]>

/** Migration bookkeeping aside, all tables there are: a new one is watched without anybody remembering to add it. */
export async function readState(db: Db): Promise<DatabaseState> {
  const tables = await db.read.introspection.getTables()
  const state = new Map<string, string[]>()
  for (const { name } of tables) {
    if (name.startsWith('kysely_') || name.startsWith('sqlite_')) continue
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db.read)
    state.set(name, rows.map((row) => JSON.stringify(row)).toSorted())
  }
  return state
}

export interface Change {
  table: string
  kind: 'added' | 'removed'
  row: string
}

/** A changed row is one removed and one added. */
export function changesBetween(before: DatabaseState, after: DatabaseState): Change[] {
  const changes: Change[] = []
  for (const table of new Set([...before.keys(), ...after.keys()])) {
    const old = new Set(before.get(table))
    const now = new Set(after.get(table))
    for (const row of old) if (!now.has(row)) changes.push({ table, kind: 'removed', row })
    for (const row of now) if (!old.has(row)) changes.push({ table, kind: 'added', row })
  }
  return changes
}

/** Ø: a refusal moved nothing; only its own audit entry may be new. */
export function assertNothingMoved(before: DatabaseState, after: DatabaseState): void {
  assertOnlyChanged(before, after, [])
}

/** Only rows of `tables` changed; a refusal's audit entry is always allowed. */
export function assertOnlyChanged(
  before: DatabaseState,
  after: DatabaseState,
  tables: readonly string[],
): void {
  const unexpected = changesBetween(before, after).filter(
    ({ table, kind, row }) =>
      !tables.includes(table) &&
      !(table === 'audit_entries' && kind === 'added' && row.includes('"result":"refused"')),
  )
  assert.deepEqual(unexpected, [], 'rows outside this act changed')
}

/** Nobody who reads the database or the log could replay one of `secrets`. */
export function assertNotKept(state: DatabaseState, logged: string, secrets: readonly string[]): void {
  const kept = [...state.values()].flat().join('\n')
  for (const secret of secrets) {
    assert.ok(secret.length >= 8, 'a short text would be found by chance')
    assert.ok(!kept.includes(secret), 'a secret is in the database')
    assert.ok(!logged.includes(secret), 'a secret is in the log')
  }
}
