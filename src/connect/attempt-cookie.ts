/** Owns the cookie that ties an attempt to the browser that began it (decisions 0008). */
import { digest, equalDigests } from '../platform/crypto/secrets.ts'
import type { AttemptRow } from './store.ts'

/** One per attempt, so that two at a time do not undo each other. The suffix is of the handle's digest and opens nothing. */
const nameOf = (attemptId: string) => `headgate_attempt_${attemptId.slice(0, 12)}`

/**
 * `Lax`: the provider's redirect back is a top-level GET from another site, which `Strict` would send without it.
 * @param maxAgeSeconds the life of the attempt
 */
export function attemptCookie(
  publicUrl: string,
  attemptId: string,
  secret: string,
  maxAgeSeconds: number,
): string {
  const { protocol, pathname } = new URL(publicUrl)
  const path = `${pathname.replace(/\/$/, '')}/connect`
  const secure = protocol === 'https:' ? '; Secure' : ''
  return `${nameOf(attemptId)}=${secret}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`
}

/** Whether the request comes from the browser that the attempt belongs to. */
export function isBrowserOf(
  attempt: Pick<AttemptRow, 'id' | 'browser_digest'>,
  cookieHeader: string | undefined,
): boolean {
  if (attempt.browser_digest === null || cookieHeader === undefined) return false
  const prefix = `${nameOf(attempt.id)}=`
  return cookieHeader
    .split(/; */)
    .filter((pair) => pair.startsWith(prefix))
    .some((pair) => equalDigests(digest(pair.slice(prefix.length)), attempt.browser_digest ?? ''))
}
