/** Must pass: a store may speak SQL. */
import { sql } from 'kysely'

export const findApp = (slug: string) => sql`select * from apps where slug = ${slug}`
