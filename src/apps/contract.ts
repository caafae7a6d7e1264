/** Owns the wire shapes of apps and their categories (contract 2.A: App, AppCategory). */
import { type Static, Type } from 'typebox'
import { PageInfo, pageQuery } from '../db/page-query.ts'
import { NO_NUL } from '../platform/text-patterns.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])

export const AppShape = Type.Object({
  id: NullableText,
  name_slug: Type.String(),
  name: Type.String(),
  auth_type: Type.String({ description: 'oauth, keys or none' }),
  description: NullableText,
  img_src: Type.String(),
  custom_fields_json: Type.String({ description: 'JSON text of the fields that an end user fills in' }),
  categories: Type.Array(Type.String()),
  featured_weight: Type.Number(),
  scope_profiles: Type.Array(Type.Object({ name: Type.String(), scopes: Type.Array(Type.String()) })),
  connect: Type.Object({
    proxy_enabled: Type.Boolean(),
    allowed_domains: Type.Array(Type.String()),
    base_proxy_target_url: NullableText,
  }),
})
export type AppShape = Static<typeof AppShape>

export const AppCategoryShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
})

const Flag = Type.Optional(Type.Enum(['true', 'false', '1', '0']))

/** `category_ids` comes as repeated keys or as one text joined by commas (contract 1.3). */
export const ListAppsQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 200, pattern: NO_NUL })),
  sort_key: Type.Optional(Type.Enum(['name', 'name_slug', 'featured_weight'])),
  sort_direction: Type.Optional(Type.Enum(['asc', 'desc'])),
  category_ids: Type.Optional(
    Type.Union([
      Type.String({ maxLength: 2000 }),
      Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100 }),
    ]),
  ),
  has_components: Flag,
  has_actions: Flag,
  has_triggers: Flag,
  ...pageQuery,
})
export type ListAppsQuery = Static<typeof ListAppsQuery>

export const ListAppsAnswer = Type.Object({ data: Type.Array(AppShape), page_info: PageInfo })
export const AppAnswer = Type.Object({ data: AppShape })

export const ProjectInfoAnswer = Type.Object({
  apps: Type.Array(Type.Object({ id: Type.String(), name_slug: Type.String() })),
})
