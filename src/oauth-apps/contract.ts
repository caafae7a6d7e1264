/** Owns the wire shapes of OAuth apps (contract rows 56 to 60) and of the defaults, which are our addition. */
import { type Static, Type } from 'typebox'
import { AppShape } from '../apps/contract.ts'
import { PageInfo, pageQuery } from '../db/page-query.ts'
import { NO_CONTROLS, NO_SPACES, VISIBLE } from '../platform/text-patterns.ts'

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const ClientCredential = Type.String({ minLength: 1, maxLength: 4096, pattern: VISIBLE })
const UpstreamScopes = Type.Optional(
  Nullable(Type.Array(Type.String({ minLength: 1, maxLength: 300, pattern: NO_SPACES }), { maxItems: 200 })),
)
/** Sealed, and never returned: an app's definition says which it uses, as `oauth_app.<name>`. */
const Settings = Type.Optional(
  Nullable(
    Type.Record(
      Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }),
      Type.String({ minLength: 1, maxLength: 4096, pattern: VISIBLE }),
      {
        additionalProperties: false,
        maxProperties: 20,
        description:
          'Further secrets of the registration, for example `developer_token` of Google Ads. Given ones replace all; they are never returned',
      },
    ),
  ),
)
const described = {
  name: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 100, pattern: VISIBLE }))),
  description: Type.Optional(Nullable(Type.String({ maxLength: 500, pattern: NO_CONTROLS }))),
  scopes: UpstreamScopes,
  additional_scopes: UpstreamScopes,
  settings: Settings,
}

/** Null is the same as absent. */
export const CreateOAuthAppBody = Type.Object({
  app: Type.String({ minLength: 1, maxLength: 100, description: 'Slug or id of the app' }),
  client_id: ClientCredential,
  client_secret: ClientCredential,
  ...described,
})
export type CreateOAuthAppBody = Static<typeof CreateOAuthAppBody>

/** What is absent stays as it is; null clears. */
export const UpdateOAuthAppBody = Type.Object({
  client_id: Type.Optional(ClientCredential),
  client_secret: Type.Optional(ClientCredential),
  ...described,
})
export type UpdateOAuthAppBody = Static<typeof UpdateOAuthAppBody>

const { id: _id, connect: _connect, ...appProperties } = AppShape.properties

/** The client secret has no place here: what is not listed does not leave. */
export const OAuthAppShape = Type.Object({
  id: Type.String(),
  client_id: Type.String(),
  scopes: Nullable(Type.Array(Type.String())),
  additional_scopes: Nullable(Type.Array(Type.String())),
  redirect_uri: Type.String({ description: 'To register at the provider' }),
  owner_id: Type.String({ description: 'The project' }),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
  ...appProperties,
})
export type OAuthAppShape = Static<typeof OAuthAppShape>

export const OAuthAppCheck = Type.Object({
  status: Type.Enum(['accepted', 'refused', 'unknown'], {
    description:
      'accepted: the provider knows the client and its secret; refused: it does not; unknown: it gave no verdict',
  }),
  detail: Type.String(),
  redirect_uri: Type.String({ description: 'To register at the provider, exactly so' }),
  warnings: Type.Array(Type.String()),
})
export type OAuthAppCheck = Static<typeof OAuthAppCheck>

export const OAuthAppParams = Type.Object({ project_id: Type.String(), id: Type.String() })

export const ListOAuthAppsQuery = Type.Object({
  app: Type.Optional(Type.String({ maxLength: 100, pattern: NO_CONTROLS, description: 'Slug or id' })),
  q: Type.Optional(
    Type.String({ maxLength: 200, pattern: NO_CONTROLS, description: 'Part of the name or the client id' }),
  ),
  ...pageQuery,
})
export type ListOAuthAppsQuery = Static<typeof ListOAuthAppsQuery>

export const ListOAuthAppsAnswer = Type.Object({ data: Type.Array(OAuthAppShape), page_info: PageInfo })
export type ListOAuthAppsAnswer = Static<typeof ListOAuthAppsAnswer>

export const DefaultOAuthAppParams = Type.Object({ project_id: Type.String(), app_id: Type.String() })

export const SetDefaultOAuthAppBody = Type.Object({
  oauth_app_id: Nullable(Type.String({ maxLength: 100, description: 'Null: the app has no default' })),
})

export const DefaultOAuthAppShape = Type.Object({
  app: Type.String({ description: 'Slug' }),
  oauth_app_id: Nullable(Type.String()),
})
export type DefaultOAuthAppShape = Static<typeof DefaultOAuthAppShape>

export const ListDefaultOAuthAppsAnswer = Type.Object({ data: Type.Array(DefaultOAuthAppShape) })
export type ListDefaultOAuthAppsAnswer = Static<typeof ListDefaultOAuthAppsAnswer>
