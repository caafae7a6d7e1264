/** Checks how SQLite goes about the queries that every request runs: by their index, planned once. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { migrate } from './migrate.ts'
import { openDb } from './open.ts'

test('no comparison has a bare parameter, and the indexes are used all the same', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-plans-'))
  const file = join(folder, 'headgate.db')
  const db = openDb(`sqlite:${file}`, { durable: false })
  const plain = new Database(file)
  t.after(async () => {
    plain.close()
    await db.close()
    rmSync(folder, { recursive: true })
  })
  await migrate(db)
  const project = db.read
    .selectFrom('accounts')
    .select('accounts.id')
    .where('accounts.project_id', '=', 'proj_1')
    .where('accounts.environment', '=', 'production')
  const ofProject = <Table extends 'events' | 'deliveries'>(table: Table) =>
    db.read
      .selectFrom(table as 'events')
      .select('id')
      .where('project_id', '=', 'proj_1')
      .where('environment', '=', 'production')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(11)
  const queries = {
    sqlite_autoindex_credentials_1: project
      .innerJoin('credentials', 'credentials.account_id', 'accounts.id')
      .where('accounts.id', '=', 'apn_1'),
    accounts_in_order: project
      .where('created_at', '<=', 5)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(11),
    accounts_by_app: project
      .where('app_slug', '=', 'x')
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(11),
    events_by_type: ofProject('events').where('type', '=', 'account.dead').where('created_at', '<=', 5),
    deliveries_by_status: ofProject('deliveries').where(sql`status`, '=', 'parked'),
  }
  for (const [index, query] of Object.entries(queries)) {
    const { sql, parameters } = query.compile()
    // SQLite plans a comparison with a bare parameter anew for every value (see open-sqlite.ts).
    assert.match(sql, /= \+\?/)
    assert.doesNotMatch(sql, /[^+]\?/)
    const plan = plain.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(...parameters)
    const details = plan.map((step) => step.detail).join('; ')
    assert.match(details, new RegExp(`USING (COVERING )?INDEX ${index} `))
    assert.doesNotMatch(details, /SCAN|TEMP B-TREE/)
  }
})
