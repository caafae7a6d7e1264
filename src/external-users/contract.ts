/** Owns the wire shapes of external users (contract 2.A: ExternalUser, GetUsersResponse). */
import { type Static, Type } from 'typebox'
import { PageInfo, pageQuery } from '../db/page-query.ts'
import { NO_NUL } from '../platform/text-patterns.ts'

export const ListUsersQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 250, pattern: NO_NUL, description: 'Part of the external id' })),
  ...pageQuery,
})
export type ListUsersQuery = Static<typeof ListUsersQuery>

export const ListUsersAnswer = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Type.String(),
      external_id: Type.String(),
      created_at: Type.String({ format: 'date-time' }),
      updated_at: Type.String({ format: 'date-time' }),
    }),
  ),
  page_info: PageInfo,
})
export type ListUsersAnswer = Static<typeof ListUsersAnswer>
