/** Owns the queries on the catalogue's database layer: a row is what it says about one app or template. */
import { addToCounters, counterKey, readCounter } from '../db/counters.ts'
import type { Reader, Tx } from '../db/open.ts'
import type { CatalogPatch } from './catalog-layers.ts'

/** Raised by every change of a row: one number tells every process whether to read again. */
const revision = counterKey('catalog_patches.revision')

export const readCatalogRevision = (db: Reader): Promise<number> => readCounter(db, revision)

export async function selectCatalogPatches(db: Reader): Promise<CatalogPatch[]> {
  const rows = await db.selectFrom('catalog_patches').select(['name', 'content']).orderBy('name').execute()
  return rows.map(({ name, content }) => ({
    name,
    file: `database: ${name}`,
    content: JSON.parse(content) as unknown,
  }))
}

export async function upsertCatalogPatch(tx: Tx, name: string, content: unknown, now: number): Promise<void> {
  const row = { content: JSON.stringify(content), updated_at: now }
  await tx
    .insertInto('catalog_patches')
    .values({ name, ...row, created_at: now })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute()
  await addToCounters(tx, [revision], 1)
}

export async function deleteCatalogPatch(tx: Tx, name: string): Promise<void> {
  await tx.deleteFrom('catalog_patches').where('name', '=', name).execute()
  await addToCounters(tx, [revision], 1)
}

const environments = ['development', 'production'] as const

/** Those of the apps that anybody has connected, in any project. Goes by project, as the index on accounts does. */
export async function selectConnectedApps(db: Reader, slugs: readonly string[]): Promise<string[]> {
  if (slugs.length === 0) return []
  const rows = await db
    .selectFrom('projects')
    .innerJoin('accounts', 'accounts.project_id', 'projects.id')
    .where('accounts.environment', 'in', environments)
    .where('accounts.app_slug', 'in', slugs)
    .select('accounts.app_slug')
    .distinct()
    .orderBy('accounts.app_slug')
    .execute()
  return rows.map(({ app_slug }) => app_slug)
}

/** The registrations of the developer's own at an app, in any project: each has a callback address of its own. */
export const selectOAuthAppsOf = (db: Reader, slug: string): Promise<{ id: string; client_id: string }[]> =>
  db
    .selectFrom('oauth_apps')
    .where('app_slug', '=', slug)
    .select(['id', 'client_id'])
    .orderBy('created_at')
    .orderBy('id')
    .execute()
