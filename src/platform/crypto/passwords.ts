/** Owns password digests: argon2id, one at a time, so that a flood of logins never takes the threads that DNS needs. */
import { hash, verify } from '@node-rs/argon2'

// OWASP password storage: argon2id (the package's number 2), 19 MiB, two passes, one lane.
const options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

let last: Promise<unknown> = Promise.resolve()

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = last.then(work, work)
  last = turn
  return turn
}

export const digestPassword = (password: string): Promise<string> => inTurn(() => hash(password, options))

export const checkPassword = (stored: string, password: string): Promise<boolean> =>
  inTurn(() => verify(stored, password))
