/** Owns telling an outage of the database from a mistake of ours: an outage is 503, never 401 or 404 (decisions 3.10). */

const SQLITE_OUTAGES = [
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
]
/** Connection exceptions, insufficient resources, operator intervention (PostgreSQL appendix A). */
const POSTGRES_CLASSES = ['08', '53', '57']
/** read_only_sql_transaction: after a failover, until the standby has been promoted. */
const READ_ONLY = '25006'
const NETWORK = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']

export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string') {
    if (SQLITE_OUTAGES.some((outage) => code.startsWith(outage))) return true
    if (code === READ_ONLY) return true
    if (/^[0-9A-Z]{5}$/.test(code) && POSTGRES_CLASSES.includes(code.slice(0, 2))) return true
    if (NETWORK.includes(code)) return true
  }
  // What the driver says about a connection that is gone; it has no codes for these.
  return /timeout exceeded when trying to connect|Connection terminated|is not queryable/i.test(error.message)
}
