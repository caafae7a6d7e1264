/** Owns queries whose text never changes: compiled when first run, and from then on only given other values. */
import type { Compilable, CompiledQuery } from 'kysely'
import type { Reader } from './open.ts'

/** Stands in a query where a value will be. */
class Slot {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * For the few queries that nearly every request runs: building and compiling one costs more than SQLite takes to answer it. `build` sees
 * stand-ins, not values: it may hand them to the query and nothing else. `values` has the same members in every call.
 */
export function compileOnce<Values extends object, Row>(
  build: (db: Reader, values: Values) => Compilable<Row>,
): (db: Reader, values: Values) => Promise<Row[]> {
  // A transaction shares the adapter of its database, and the text differs between databases.
  const known = new WeakMap<object, CompiledQuery<Row>>()
  return async (db, values) => {
    const { adapter } = db.getExecutor()
    let query = known.get(adapter)
    if (!query) {
      const slots = Object.fromEntries(Object.keys(values).map((name) => [name, new Slot(name)]))
      query = build(db, slots as Values).compile()
      known.set(adapter, query)
    }
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Slot ? values[parameter.name as keyof Values] : parameter,
    )
    const { rows } = await db.executeQuery<Row>({ ...query, parameters })
    return rows
  }
}
