/** Owns the wire shapes of revocations: all of it is our addition, no SDK knows it. */
import { type Static, Type } from 'typebox'
import { PageInfo, pageQuery } from '../db/page-query.ts'
import { NO_NUL } from '../platform/text-patterns.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])
const Id = Type.Optional(Type.String({ maxLength: 100, pattern: '^[0-9A-Za-z_]*$' }))

export const RevocationStatus = Type.Enum(['pending', 'revoked', 'not_supported', 'shared', 'failed'], {
  description:
    'pending: under way or to be tried again; revoked: the provider has ended it, or no longer knew it; not_supported: it has to be ended at the provider by hand; shared: another account lives on the same grant, and the last of them ends it; failed: given up, see reason',
})
export type RevocationStatus = Static<typeof RevocationStatus>

/** The receipt for one account. */
export const RevocationShape = Type.Object({
  id: Type.String(),
  batch_id: NullableText,
  account_id: Type.String(),
  external_id: Type.String(),
  app: Type.String({ description: 'Slug' }),
  status: RevocationStatus,
  reason: NullableText,
  attempts: Type.Integer(),
  created_at: Type.String({ format: 'date-time' }),
  finished_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
})
export type RevocationShape = Static<typeof RevocationShape>

export const RevocationParams = Type.Object({ project_id: Type.String(), id: Type.String() })

export const ListRevocationsQuery = Type.Object({
  status: Type.Optional(RevocationStatus),
  account_id: Id,
  batch_id: Id,
  ...pageQuery,
})
export type ListRevocationsQuery = Static<typeof ListRevocationsQuery>

export const ListRevocationsAnswer = Type.Object({
  data: Type.Array(RevocationShape),
  page_info: PageInfo,
})
export type ListRevocationsAnswer = Static<typeof ListRevocationsAnswer>

const Text = (maxLength: number) => Type.Optional(Type.String({ minLength: 1, maxLength, pattern: NO_NUL }))
const Moment = Type.Optional(
  Type.String({ format: 'date-time', description: 'By the time the account was first connected' }),
)

/** At least one filter, or `all: true`; filters narrow each other. */
export const RevokeAccountsBody = Type.Object(
  {
    app: Text(100),
    external_user_id: Text(250),
    oauth_app_id: Text(100),
    connected_after: Moment,
    connected_before: Moment,
    all: Type.Optional(Type.Boolean({ description: 'Every account of the project in this environment' })),
    delete_accounts: Type.Optional(
      Type.Boolean({
        description: 'Default false: they stay, dead, so that connecting again keeps their ids',
      }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'Only say what would happen' })),
  },
  // A filter that is misspelt must not widen what is revoked.
  { additionalProperties: false },
)
export type RevokeAccountsBody = Static<typeof RevokeAccountsBody>

export const CannotBeRevoked = Type.Object({
  app: Type.String({ description: 'Slug' }),
  accounts: Type.Integer(),
  status: Type.Enum(['not_supported', 'shared', 'failed']),
  reason: NullableText,
})
export type CannotBeRevoked = Static<typeof CannotBeRevoked>

export const RevokeAccountsAnswer = Type.Object({
  batch_id: Type.Union([Type.String(), Type.Null()], { description: 'Null: a dry run' }),
  complete: Type.Boolean({
    description: 'False: there are so many accounts that the server goes on by itself after this answer',
  }),
  accounts: Type.Integer({ description: 'So far; in a dry run, of all that match' }),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'Receipts by status' }),
  cannot_be_revoked: Type.Array(CannotBeRevoked),
  revocations: Type.Array(RevocationShape, { description: 'The receipts, where there are 100 at most' }),
  revocations_url: NullableText,
})
export type RevokeAccountsAnswer = Static<typeof RevokeAccountsAnswer>
