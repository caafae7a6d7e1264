/** Owns the one spelling of a path: the variants that clients really send become the form that routes are written in (contract 1.2). */
import { PROJECT_OF_TOKEN } from '../access/authorize.ts'

/** First segments after `/v1/connect` that are not a project's: collections of their own. */
const COLLECTIONS = new Set([
  'apps',
  'app_categories',
  'projects',
  'usage',
  'rate_limits',
  'oauth1',
  'events',
])

/**
 * Collapses repeated slashes, drops a trailing one, turns `/v1/apps` into `/v1/connect/apps`, and puts `-` where a browser client names no
 * project. Works on the raw path, before any decoding, so an encoded slash stays inside its segment.
 */
export function canonicalPath(url: string): string {
  const queryAt = url.indexOf('?')
  const rawPath = queryAt < 0 ? url : url.slice(0, queryAt)
  const query = queryAt < 0 ? '' : url.slice(queryAt)
  let path = rawPath.includes('//') ? rawPath.replace(/\/{2,}/g, '/') : rawPath
  if (path.length > 1 && path.endsWith('/')) path = path.slice(0, -1)
  if (!path.startsWith('/v1/')) return path + query
  if (/^\/v1\/(apps|app_categories)(\/|$)/.test(path)) return `/v1/connect${path.slice(3)}${query}`
  if (!path.startsWith('/v1/connect/')) return path + query
  const rest = path.slice('/v1/connect/'.length)
  const [first = '', second, third] = rest.split('/')
  if (first.startsWith('proj_') || first === PROJECT_OF_TOKEN) return path + query
  const namesNoProject =
    (first === 'projects' && second === 'info' && third === undefined) ||
    // Deleting by app and listing apps share a first segment; only the former goes on to `accounts`.
    (first === 'apps' && third === 'accounts') ||
    (first === 'tokens' && second === undefined) ||
    (first !== 'tokens' && !COLLECTIONS.has(first))
  return (namesNoProject ? `/v1/connect/${PROJECT_OF_TOKEN}/${rest}` : path) + query
}
