/** Owns an app as the wire shows it. */
import type { App } from '../app.ts'
import { appIdOf } from './app-id.ts'
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
    img_src: pictureOf(app, from.name_slug),
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

/** An operator may take an app out of the catalogue while accounts and OAuth apps of it exist; strict clients still need every field. */
export const renderMissingApp = (
  app: Pick<App, 'config'>,
  slug: string,
  oauthAppId: string | null,
): AppShape => ({
  id: oauthAppId ?? appIdOf(slug),
  name_slug: slug,
  name: slug,
  auth_type: oauthAppId === null ? 'keys' : 'oauth',
  description: null,
  img_src: pictureOf(app, slug),
  custom_fields_json: '[]',
  categories: [],
  featured_weight: 0,
  scope_profiles: [],
  connect: { proxy_enabled: false, allowed_domains: [], base_proxy_target_url: null },
})

const pictureOf = (app: Pick<App, 'config'>, slug: string) =>
  `${app.config.publicUrl}/_static/apps/${slug}.svg`
