/** Owns saying early that an account will stop working: from when on, and in which words. */
import type { CatalogApp } from '../apps/catalog.ts'
import { isoTime } from '../platform/clock.ts'
import { type EndRules, lifeUntil } from './refresh-end.ts'
import type { AccountWithCredentials } from './store.ts'

export interface ExpiryWarning {
  /** Milliseconds since the epoch. */
  at: number
  /** For people: what ends when, and what to do about it. */
  reason: string
}

export type WarnedRow = Pick<
  AccountWithCredentials,
  | 'id'
  | 'kind'
  | 'created_at'
  | 'connected_at'
  | 'expires_at'
  | 'last_refreshed_at'
  | 'refresh_expires_at'
  | 'expiry_warned_at'
  | 'unhealthy_at'
  | 'dead_at'
  | 'error'
>

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** The last fifth of a life, but no earlier than so many days before its end. */
const LAST_PART = 0.2
const REFRESH_TOKEN_DAYS = 7
const ACCESS_TOKEN_DAYS = 3
/** Google's refresh tokens for clients in testing; nobody means a consent to last a week. */
const TEST_MODE_MS = 7 * DAY_MS

/** The first warning that is due for the account, now or later; undefined when there is none to give, or it has been given. */
export function expiryWarning(row: WarnedRow, app: CatalogApp | undefined): ExpiryWarning | undefined {
  if (row.dead_at !== null || row.expiry_warned_at !== null || row.kind === 'keys') return undefined
  const found = (row.kind === 'static' ? [ofStatic(row, app)] : [ofRefreshToken(row, app), ofFailures(row)])
    .filter((warning) => warning !== undefined)
    .toSorted((a, b) => a.at - b.at)
  return found[0]
}

const day = (time: number) => isoTime(time).slice(0, 10)
const reconnect = ({ id }: WarnedRow) => `have the user connect again with accountId ${id}`
const consentedAt = (row: WarnedRow) => row.connected_at ?? row.created_at
const beforeEnd = (end: number, life: number, days: number) =>
  Math.round(end - Math.min(days * DAY_MS, life * LAST_PART))

function ofStatic(row: WarnedRow, app: CatalogApp | undefined): ExpiryWarning | undefined {
  const since = row.last_refreshed_at ?? consentedAt(row)
  const end = row.expires_at
  if (app?.oauth?.lifecycle.refresh_token_issued === 'always') {
    const until = end === null ? 'as long as its access token lasts' : `until ${isoTime(end)}`
    return {
      at: since,
      reason: `No refresh token came back, though ${app.name} gives one: this connection works ${until} and cannot be renewed. Check the scopes and the client, then ${reconnect(row)}`,
    }
  }
  if (end === null) return undefined
  return {
    at: beforeEnd(end, end - since, ACCESS_TOKEN_DAYS),
    reason: `The access token ends on ${isoTime(end)} and there is no refresh token: before then, ${reconnect(row)}`,
  }
}

function ofRefreshToken(row: WarnedRow, app: CatalogApp | undefined): ExpiryWarning | undefined {
  const end = row.refresh_expires_at
  if (end === null) return undefined
  const connectedAt = consentedAt(row)
  const rules: EndRules = app?.oauth?.lifecycle ?? {}
  const life = lifeUntil(end, rules, { connectedAt, refreshedAt: row.last_refreshed_at })
  const isSaid = [rules.refresh_idle_ttl_s, rules.refresh_total_ttl_s].includes(TEST_MODE_MS / 1000)
  if (!isSaid && Math.abs(end - connectedAt - TEST_MODE_MS) < HOUR_MS) {
    return {
      at: connectedAt,
      reason: `The provider ends this connection after 7 days, on ${isoTime(end)}. Google does so to clients whose consent screen is in testing: publish it there, then ${reconnect(row)}`,
    }
  }
  return {
    at: beforeEnd(end, life, REFRESH_TOKEN_DAYS),
    reason: `The refresh token ends on ${isoTime(end)}: before then, ${reconnect(row)}`,
  }
}

const ofFailures = (row: WarnedRow): ExpiryWarning | undefined =>
  row.unhealthy_at === null
    ? undefined
    : {
        at: row.unhealthy_at + DAY_MS,
        reason: `Refreshing has failed since ${day(row.unhealthy_at)} (${row.error ?? 'no reason known'}). If it goes on, ${reconnect(row)}`,
      }
