/** Owns whether a Connect token's time is over: once this process has seen that it is, it stays so, also when the clock is set back. */

const MAX_SEEN = 50_000
/** Digests, the oldest first. */
const seen = new Set<string>()

/** `now` in milliseconds. */
export function hasExpired(
  { digest, expires_at }: { digest: string; expires_at: number },
  now: number,
): boolean {
  if (seen.has(digest)) return true
  if (expires_at > now) return false
  const oldest = seen.size >= MAX_SEEN ? seen.keys().next() : undefined
  if (oldest && !oldest.done) seen.delete(oldest.value)
  seen.add(digest)
  return true
}
