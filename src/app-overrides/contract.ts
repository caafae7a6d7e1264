/** Owns the wire shapes of app overrides (contract rows 51 to 55). */
import { type Static, Type } from 'typebox'
import { AppShape } from '../apps/contract.ts'
import { PageInfo, pageQuery } from '../db/page-query.ts'
import { NO_CONTROLS, VISIBLE } from '../platform/text-patterns.ts'

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: VISIBLE })
const OAuthAppId = Type.Optional(Nullable(Type.String({ maxLength: 100 })))
const FieldValues = Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 8192 }), {
  description: "Preset values of the app's fields; never of a secret one",
})

/** Null is the same as absent. */
export const CreateAppOverrideBody = Type.Object({
  app: Type.String({ minLength: 1, maxLength: 100, description: 'Slug or id of the app' }),
  name: Name,
  oauth_app_id: OAuthAppId,
  cfmap: Type.Optional(Nullable(FieldValues)),
})
export type CreateAppOverrideBody = Static<typeof CreateAppOverrideBody>

/** What is absent stays as it is; `oauth_app_id: null` clears the link, `cfmap` is replaced whole. */
export const UpdateAppOverrideBody = Type.Object({
  name: Type.Optional(Nullable(Name)),
  oauth_app_id: OAuthAppId,
  cfmap: Type.Optional(Nullable(FieldValues)),
})
export type UpdateAppOverrideBody = Static<typeof UpdateAppOverrideBody>

export const AppOverrideShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  app: AppShape,
  oauth_app_id: Nullable(Type.String()),
  cfmap: Type.Record(Type.String(), Type.String()),
  owner_id: Type.String({ description: 'The project' }),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
})
export type AppOverrideShape = Static<typeof AppOverrideShape>

export const AppOverrideParams = Type.Object({ project_id: Type.String(), id: Type.String() })

export const ListAppOverridesQuery = Type.Object({
  app: Type.Optional(Type.String({ maxLength: 100, pattern: NO_CONTROLS, description: 'Slug or id' })),
  ...pageQuery,
})
export type ListAppOverridesQuery = Static<typeof ListAppOverridesQuery>

export const ListAppOverridesAnswer = Type.Object({
  data: Type.Array(AppOverrideShape),
  page_info: PageInfo,
})
export type ListAppOverridesAnswer = Static<typeof ListAppOverridesAnswer>
