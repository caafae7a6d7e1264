/** Owns the paging parameters and the `page_info` of every list (contract section 4). */
import { Type } from 'typebox'
import { BadRequest } from '../platform/errors.ts'
import { WHOLE_NUMBER } from '../platform/text-patterns.ts'
import type { PageRequest } from './pages.ts'

/** Parameters arrive as text and nothing is coerced, so the number is a pattern. */
export const pageQuery = {
  limit: Type.Optional(
    Type.String({ pattern: WHOLE_NUMBER, description: '1..100, default 10; more counts as 100' }),
  ),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  before: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
}

const NullableText = Type.Union([Type.String(), Type.Null()])

export const PageInfo = Type.Object({
  count: Type.Integer(),
  total_count: Type.Union([Type.Integer(), Type.Null()]),
  start_cursor: NullableText,
  end_cursor: NullableText,
})

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 100

interface RawPageQuery {
  limit?: string
  after?: string
  before?: string
}

/** @throws BadRequest for a limit of zero; a limit over 100 is clamped */
export function readPageQuery({ limit, after, before }: RawPageQuery): PageRequest {
  const size = limit === undefined ? DEFAULT_LIMIT : Number(limit)
  if (size < 1) throw new BadRequest('limit must be at least 1', { code: 'invalid_parameter' })
  return {
    limit: Math.min(size, MAX_LIMIT),
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
  }
}
