/** Owns telling a request of our own page from one that another site made a browser send. */
import { ConnectError } from './connect-errors.ts'

interface BrowserHeaders {
  origin?: string | undefined
  'sec-fetch-site'?: string | string[] | undefined
}

/**
 * `Origin` must be ours. A form of a page with `no-referrer` sends `null` in its place, as anybody's sandboxed frame does; then only the
 * browser's own word that the request is same-origin counts.
 * @throws ConnectError `origin_refused`
 */
export function requireOwnOrigin(
  publicUrl: string,
  { origin, 'sec-fetch-site': site }: BrowserHeaders,
): void {
  if (origin === new URL(publicUrl).origin) return
  if ((origin === undefined || origin === 'null') && site === 'same-origin') return
  throw new ConnectError('origin_refused')
}
