/** Must fail: SQL outside a store, even as a type. */
import type { Kysely } from 'kysely'

export type Database = Kysely<object>
