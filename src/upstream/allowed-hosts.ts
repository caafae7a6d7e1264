/** Owns whether an account's credentials may go to a host at all. */

import type { AppDefinition } from './app-definition.ts'
import { upstreamContext, upstreamUrl, type UpstreamValues } from './upstream-context.ts'

/** By `proxy.allowed_domains`, filled in with the account's values; over https, but for apps marked `sandbox`. */
export function isAllowedTarget(app: AppDefinition, values: UpstreamValues, url: URL): boolean {
  if (url.protocol !== 'https:' && !(app.sandbox && url.protocol === 'http:')) return false
  if (url.username !== '' || url.password !== '') return false
  const context = upstreamContext(app, values)
  return app.proxy.allowed_domains.some((domain) => {
    const isWild = domain.startsWith('*.')
    const named = new URL(upstreamUrl(app, `https://${isWild ? domain.slice(2) : domain}`, context)).host
    return isWild ? url.host.endsWith(`.${named}`) : url.host === named
  })
}
