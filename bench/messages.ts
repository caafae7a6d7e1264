/** Owns what the measured Headgate and the bench tell each other over the channel between their processes. */

/** Sent once, when the server answers and its rows are there. */
export interface Ready {
  port: number
  projectId: string
  clientId: string
  clientSecret: string
  /** Some of the accounts, spread over all of them. */
  accountIds: string[]
  externalIds: string[]
  /** A place in the list of accounts nine tenths down. */
  deepCursor: string
  accounts: number
  seedSeconds: number
}

/** Asks for a profile of the time between the two; the answer is `{ profiled: file }`. */
export type ProfileRequest = { profile: 'start' } | { profile: 'stop'; file: string }
