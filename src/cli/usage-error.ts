/** Owns the error for a command line that makes no sense; its message is the help. */

export class UsageError extends Error {
  override readonly name = 'UsageError'
}
