/** Owns an app as the wire shows it. */
import type { App } from '../app.ts'
import type { CatalogApp } from './catalog.ts'
import type { AppShape } from './contract.ts'

type FieldDefinition = CatalogApp['custom_fields'][number]

/** As the original's: text fields have no `type`, secrets have `password` (apps.md, finding 3). */
const renderField = (field: FieldDefinition) => ({
  name: field.name,
  label: field.label ?? field.name,
  description: field.description ?? '',
  default: field.default ?? '',
  optional: !field.required,
  ...(field.type === 'string' ? {} : { type: field.type }),
  ...(field.options === undefined ? {} : { options: field.options }),
})

/** `overrideId`: the OAuth app's id where an account was made with the developer's own (contract 2.C). */
export function renderApp(app: Pick<App, 'config'>, from: CatalogApp, overrideId?: string): AppShape {
  const fields = from.custom_fields.filter((field) => field.source === 'user')
  const profiles = from.oauth?.scope_profiles ?? {}
  return {
    id: overrideId ?? from.id,
    name_slug: from.name_slug,
    name: from.name,
    auth_type: from.auth_type,
    description: from.description ?? null,
    img_src: `${app.config.publicUrl}/_static/apps/${from.name_slug}.svg`,
    custom_fields_json: JSON.stringify(fields.map(renderField)),
    categories: [...from.categories],
    featured_weight: from.featured_weight,
    scope_profiles: Object.entries(profiles).map(([name, scopes]) => ({ name, scopes: [...(scopes ?? [])] })),
    connect: {
      proxy_enabled: from.proxy?.enabled ?? false,
      allowed_domains: [...(from.proxy?.allowed_domains ?? [])],
      base_proxy_target_url: from.proxy?.base_url ?? null,
    },
  }
}
