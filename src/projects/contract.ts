/** Owns the wire shapes of projects (contract rows 46, 47 and 49); `require_allowed_origins`, `verifier_uri` and `logo_url` are our addition. */
import { type Static, Type } from 'typebox'
import { EMAIL, VISIBLE } from '../platform/text-patterns.ts'

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: VISIBLE })
const NullableText = Nullable(Type.String())

export const ProjectShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  app_name: NullableText,
  support_email: NullableText,
  connect_require_key_auth_test: Type.Boolean({ description: 'Always true: keys are tried out' }),
  require_allowed_origins: Type.Boolean(),
  verifier_uri: NullableText,
  logo_url: NullableText,
})
export type ProjectShape = Static<typeof ProjectShape>

/** What is absent stays as it is; null clears what may be empty. */
export const UpdateProjectBody = Type.Object({
  name: Type.Optional(Nullable(Name)),
  app_name: Type.Optional(Nullable(Name)),
  support_email: Type.Optional(Nullable(Type.String({ maxLength: 254, pattern: EMAIL }))),
  require_allowed_origins: Type.Optional(
    Type.Boolean({ description: 'Connect tokens must list the origins that may use and frame them' }),
  ),
  verifier_uri: Type.Optional(
    Nullable(
      Type.String({
        maxLength: 2048,
        description: 'Where your server confirms who connected; https, and not a private address',
      }),
    ),
  ),
})
export type UpdateProjectBody = Static<typeof UpdateProjectBody>

export const UpdateLogoBody = Type.Object({
  logo: Type.String({ description: 'data: URI, base64, of a PNG, JPEG or WebP picture of 256 KB at most' }),
})

export const ProjectParams = Type.Object({ project_id: Type.String() })
export const LogoParams = Type.Object({ digest: Type.String() })
