/** Owns the building blocks of the catalogue's schemas: closed objects, texts with templates, paths, requests. */

import { Type, type Static, type TLiteral, type TObject, type TProperties, type TSchema } from 'typebox'

export const object = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  })
export const record = <S extends TSchema>(value: S, description?: string) =>
  Type.Record(Type.String(), value, { default: {}, ...(description === undefined ? {} : { description }) })

/** One of several objects, told apart by the constant in `tag`: exactly one branch speaks in an error message. */
export const tagged = <S extends TObject[]>(tag: string, branches: [...S]) => {
  const constants = branches.map((branch) => (branch.properties[tag] as TLiteral).const)
  return Type.Unsafe<Static<S[number]>>({
    type: 'object',
    required: [tag],
    properties: { [tag]: { enum: constants } },
    allOf: branches.map((branch, i) => ({
      if: { required: [tag], properties: { [tag]: { const: constants[i] } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema; nobody awaits a schema
      then: branch,
    })),
  })
}

export const Name = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' })
/** The two formats are checked by parse-app-definition.ts; to an editor they are only a hint. */
export const Template = Type.String({
  format: 'template',
  description: 'Text with {{name}}, {{a ?? b}}, {{a ?? "text"}}, {{name?}}: see docs/adding-an-app.md',
})
export const UrlTemplate = Type.String({
  format: 'url-template',
  description: 'Template of a whole https URL, or of a path that starts with / and stands on proxy.base_url',
})
export const Path = Type.String({
  minLength: 1,
  description: 'Dotted path into an answer, list positions as numbers; "a | b" takes the first that is set',
})
/** A path that a file may leave out. */
export const pathOr = (path: string) => Type.Unsafe<string>({ ...Path, default: path })
export const Templates = record(Template)
/** A template, or a number or truth value that JSON carries as what it is; a form carries its text. */
const Value = Type.Unsafe<string | number | boolean>({
  type: ['string', 'number', 'boolean'],
  format: 'template',
  description: 'A template, or a number or truth value for JSON',
})
export const Values = record(Value)
/** What stands in its place when a file leaves the whole object out: an empty one, filled with its own defaults. */
export const orEmpty = <S extends TSchema>(schema: S) => Type.Unsafe<Static<S>>({ ...schema, default: {} })
/** At least one name with its text. */
export const Entries = Type.Record(Type.String(), Template, { minProperties: 1 })
export const Strings = Type.Array(Type.String(), { default: [] })

export const Condition = object(
  { field: Path, equals: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])) },
  'Holds when the field has that value; without `equals`, when the field is set',
)

/** A request to the provider, less what is said about its answer. */
export const requestFields = {
  method: Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  url: UrlTemplate,
  headers: Templates,
  query: Templates,
  body: Type.Optional(Type.Record(Type.String(), Value)),
  encoding: Type.Enum(['form', 'json', 'none'], {
    default: 'form',
    description:
      'How `body` is written; without `body` nothing is sent, and `none` also omits the content type',
  }),
  auth: Type.Enum(['account', 'client_basic', 'none'], {
    default: 'account',
    description:
      'account: as the proxy would (proxy.auth); client_basic: HTTP Basic with the OAuth client, as at the token endpoint',
  }),
  ok: Type.Optional(Condition),
}
