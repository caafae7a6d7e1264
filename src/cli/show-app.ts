/** Owns `headgate apps show`: the finished definition of an app, and who says what of it. */
import { stringify } from 'yaml'
import type { CatalogApp } from '../apps/catalog-layers.ts'
import { lookIntoCatalog } from '../apps/look-into-catalog.ts'
import { originsOf } from '../apps/origins.ts'
import { catalogSources } from '../bootstrap/catalog-sources.ts'
import { loadConfig } from '../config.ts'
import { printable } from './printable.ts'
import { UsageError } from './usage-error.ts'

export async function showApp(slug: string, { json }: { json: boolean }): Promise<void> {
  const { config } = loadConfig()
  const { catalog, layers, problems } = await lookIntoCatalog(config.databaseUrl, catalogSources(config))
  const app = findApp(catalog, slug)
  // What follows from the rest is not a part of the file's format.
  const { id: _id, featured_weight: _weight, ...definition } = app
  const origins = originsOf(layers, app.name_slug)
  const wrong = problems.filter(({ name }) => name === app.name_slug || name?.startsWith('_'))
  if (json) console.log(JSON.stringify({ definition, origins, problems: wrong }, null, 2))
  else {
    for (const { file, message } of wrong) console.error(printable(`skipped: ${file}:${message}`))
    console.log(annotated(definition, origins))
  }
}

/** @throws UsageError for an app that is in no layer */
export function findApp(catalog: { find(slug: string): CatalogApp | undefined }, slug: string): CatalogApp {
  const app = catalog.find(slug)
  if (!app) throw new UsageError(`there is no app ${printable(slug)}`)
  return app
}

/** YAML that is itself a whole app file; each top-level key has its origin as a comment. */
function annotated(definition: object, origins: ReturnType<typeof originsOf>): string {
  return Object.entries(definition)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `# ${key}: ${origins[key]?.join(', ') ?? 'default'}\n${stringify({ [key]: value as unknown })}`,
    )
    .join('')
    .trimEnd()
}
