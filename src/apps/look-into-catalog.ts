/** Owns the catalogue as a server of this configuration would have it, without starting one: nothing is made, nothing is migrated. */
import { lookInto, type Reader } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'
import type { CatalogSources, LoadedCatalog } from './catalog.ts'
import { loadCatalog } from './catalog.ts'
import { selectCatalogPatches, selectOAuthAppsOf } from './store.ts'

export interface CatalogLook extends LoadedCatalog {
  /** The database was there, so its layer is in. */
  database: boolean
}

/** @throws as `loadCatalog`, and what the database throws when it cannot be reached */
export async function lookIntoCatalog(
  databaseUrl: string,
  sources: Omit<CatalogSources, 'extra'>,
): Promise<CatalogLook> {
  const extra = await lookInto(databaseUrl, ifThere('catalog_patches', selectCatalogPatches))
  const loaded = await loadCatalog({ ...sources, ...(extra === undefined ? {} : { extra }) })
  return { ...loaded, database: extra !== undefined }
}

/** Empty also where there is no database yet. */
export async function oauthAppsOf(
  databaseUrl: string,
  slug: string,
): Promise<{ id: string; client_id: string }[]> {
  const look = ifThere('oauth_apps', (read) => selectOAuthAppsOf(read, slug))
  return (await lookInto(databaseUrl, look)) ?? []
}

/** Undefined before the migration that makes the table. */
const ifThere =
  <Result>(table: keyof Tables, look: (read: Reader) => Promise<Result>) =>
  async (read: Reader): Promise<Result | undefined> =>
    (await read.introspection.getTables()).some(({ name }) => name === table) ? look(read) : undefined
