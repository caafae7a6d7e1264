/** Owns `headgate apps list`: every app as a server of this configuration would have it. */
import { lookIntoCatalog } from '../apps/look-into-catalog.ts'
import { layersOf } from '../apps/origins.ts'
import { catalogSources } from '../bootstrap/catalog-sources.ts'
import { loadConfig } from '../config.ts'
import { printable } from './printable.ts'

export async function listAllApps({ json }: { json: boolean }): Promise<void> {
  const { config } = loadConfig()
  const { layers, problems } = await lookIntoCatalog(config.databaseUrl, catalogSources(config))
  const rows = [...layers.apps.values()]
    .toSorted((a, b) => (a.name_slug < b.name_slug ? -1 : 1))
    .map((app) => ({
      slug: app.name_slug,
      name: app.name,
      auth: app.auth_type,
      layers: layersOf(layers, app.name_slug),
      rank: app.rank ?? null,
      disabled: app.disabled,
      problems: problems.filter(({ name }) => name === app.name_slug).map(({ message }) => message),
    }))
  if (json) {
    console.log(JSON.stringify({ apps: rows, problems }))
    return
  }
  for (const { slug, name, auth, layers: from, rank, disabled, problems: wrong } of rows) {
    const flags = [disabled ? 'disabled' : '', wrong.length > 0 ? 'PROBLEM' : ''].filter(Boolean).join(' ')
    const cells = [
      slug.padEnd(36),
      auth.padEnd(6),
      String(rank ?? '-').padStart(4),
      ` ${from.join('+').padEnd(17)}`,
      name,
    ]
    console.log(printable(`${cells.join(' ')}${flags === '' ? '' : `  ${flags}`}`))
  }
  for (const { layer, file, message } of problems)
    console.log(printable(`skipped, ${layer}: ${file}:${message}`))
}
