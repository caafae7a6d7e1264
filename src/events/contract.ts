/** Owns the wire shapes of events, which are our addition. */
import { type Static, Type } from 'typebox'
import { PageInfo, pageQuery } from '../db/page-query.ts'

const EventShape = Type.Object(
  {
    id: Type.String(),
    type: Type.String({ description: 'Listed in docs/webhooks.md' }),
    created_at: Type.String({ format: 'date-time' }),
    project_id: Type.String(),
    environment: Type.Enum(['development', 'production']),
    data: Type.Record(Type.String(), Type.Unknown()),
  },
  { description: 'As webhooks and streams carry it' },
)

export const ListEventsQuery = Type.Object({
  type: Type.Optional(Type.String({ pattern: '^[a-z]+\\.[a-z]+$', maxLength: 50 })),
  account_id: Type.Optional(Type.String({ pattern: '^apn_[0-9A-Za-z]+$', maxLength: 100 })),
  ...pageQuery,
})
export type ListEventsQuery = Static<typeof ListEventsQuery>
export const ListEventsAnswer = Type.Object({ data: Type.Array(EventShape), page_info: PageInfo })
export type ListEventsAnswer = Static<typeof ListEventsAnswer>

export const StreamQuery = Type.Object({
  last_event_id: Type.Optional(
    Type.String({
      maxLength: 100,
      pattern: '^[0-9A-Za-z_]*$',
      description: 'As the header Last-Event-ID, which wins',
    }),
  ),
})
export type StreamQuery = Static<typeof StreamQuery>

export const TestEventAnswer = Type.Object({ data: Type.Object({ event_id: Type.String() }) })
export type TestEventAnswer = Static<typeof TestEventAnswer>
