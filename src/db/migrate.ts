/** Owns bringing a database to this program's schema; refuses one that a newer program has changed. */
import { Migrator } from 'kysely/migration'
import type { Db } from './open.ts'
import * as initial from './migrations/0001_initial.ts'
import * as connect from './migrations/0002_connect.ts'

const migrations = { '0001_initial': initial, '0002_connect': connect }

/** A database this program must not touch. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew'
}

/** Applies what is missing, forward only. On PostgreSQL processes that start together wait for one another (advisory lock). */
export async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db: db.schema, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error instanceof Error && error.message.includes('corrupted migrations')) {
    throw new SchemaTooNew(
      'the database was migrated by a newer Headgate than this one; start the newer version, or restore a backup made before the upgrade',
      { cause: error },
    )
  }
  if (error) throw error
}
