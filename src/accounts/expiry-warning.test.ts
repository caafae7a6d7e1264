/** When an account's end is warned of, and how it is known. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CatalogApp } from '../apps/catalog.ts'
import { expiryWarning, type WarnedRow } from './expiry-warning.ts'
import { refreshEndOf } from './refresh-end.ts'
import { nextRefreshAt } from './refresh-margin.ts'

const DAY = 86_400_000
const START = Date.parse('2026-01-01T00:00:00Z')
const row: WarnedRow = {
  id: 'apn_1',
  kind: 'refreshable',
  created_at: START,
  connected_at: START,
  expires_at: START + 3_600_000,
  last_refreshed_at: START,
  refresh_expires_at: null,
  expiry_warned_at: null,
  unhealthy_at: null,
  dead_at: null,
  error: null,
}
const appWith = (lifecycle: object) => ({ name: 'Acme', oauth: { lifecycle } }) as unknown as CatalogApp
const daysUntil = (warning: { at: number } | undefined) => warning && (warning.at - START) / DAY

test('the end of a refresh token is warned of a week before, or in the last fifth of a short life', () => {
  const year = expiryWarning({ ...row, refresh_expires_at: START + 365 * DAY }, appWith({}))
  assert.equal(daysUntil(year), 358)
  assert.match(year!.reason, /2027-01-01.*connect again with accountId apn_1/)
  assert.equal(daysUntil(expiryWarning({ ...row, refresh_expires_at: START + 10 * DAY }, appWith({}))), 8)
})

test('an end that use puts off is measured from the last use: no warning while refreshes succeed', () => {
  const idle = appWith({ refresh_idle_ttl_s: (10 * DAY) / 1000 })
  const used = START + 300 * DAY
  const kept = { ...row, last_refreshed_at: used, refresh_expires_at: used + 10 * DAY }
  assert.equal(daysUntil(expiryWarning(kept, idle)), 308)
})

test('seven days to the hour are a client in testing, said at once and in plain words', () => {
  const warning = expiryWarning({ ...row, refresh_expires_at: START + 7 * DAY - 60_000 }, appWith({}))
  assert.equal(daysUntil(warning), 0)
  assert.match(warning!.reason, /7 days.*Google.*testing: publish/)
  // Where the app says so itself, it is its ordinary life.
  const usual = appWith({ refresh_total_ttl_s: 604_800 })
  assert.ok(daysUntil(expiryWarning({ ...row, refresh_expires_at: START + 7 * DAY }, usual))! > 5)
})

test('F0: a token that nothing can renew is warned of three days before its end', () => {
  const fixed = { ...row, kind: 'static' as const, expires_at: START + 60 * DAY }
  assert.equal(daysUntil(expiryWarning(fixed, appWith({}))), 57)
  assert.equal(expiryWarning({ ...fixed, expires_at: null }, appWith({})), undefined)
  const missing = expiryWarning({ ...fixed, expires_at: null }, appWith({ refresh_token_issued: 'always' }))
  assert.equal(daysUntil(missing), 0)
  assert.match(missing!.reason, /No refresh token came back, though Acme gives one/)
})

test('failures are warned of after a day; the earliest warning comes first; none twice, none for the dead or for keys', () => {
  const failing = { ...row, unhealthy_at: START + DAY, error: 'x' }
  assert.equal(daysUntil(expiryWarning(failing, appWith({}))), 2)
  assert.equal(
    daysUntil(expiryWarning({ ...failing, refresh_expires_at: START + 2 * DAY }, appWith({}))),
    1.6,
  )
  for (const over of [{ expiry_warned_at: START }, { dead_at: START }, { kind: 'keys' as const }])
    assert.equal(expiryWarning({ ...failing, ...over }, appWith({})), undefined)
})

test('F6: the earliest known end counts; one that was answered before holds until the refresh token changes', () => {
  const now = START + 100 * DAY
  const facts = { answered: null, now, connectedAt: START }
  const before = { end: START + 150 * DAY, refreshedAt: START }
  assert.equal(refreshEndOf({}, facts), null)
  assert.equal(refreshEndOf({}, { ...facts, answered: now + DAY }), now + DAY)
  assert.equal(refreshEndOf({}, { ...facts, before }), before.end)
  const rules = { refresh_idle_ttl_s: (60 * DAY) / 1000, refresh_total_ttl_s: (365 * DAY) / 1000 }
  assert.equal(refreshEndOf(rules, facts), now + 60 * DAY)
  assert.equal(refreshEndOf(rules, { ...facts, now: START + 350 * DAY }), START + 365 * DAY)
  // An idle end of before was put off by this very use.
  const idle = { refresh_idle_ttl_s: (60 * DAY) / 1000 }
  assert.equal(
    refreshEndOf(idle, { ...facts, before: { end: START + 60 * DAY, refreshedAt: START } }),
    now + 60 * DAY,
  )
})

test('F6: an idle limit brings a refresh at its half; a minimum age holds one back', () => {
  const idle = { refresh_idle_ttl_s: (60 * DAY) / 1000 }
  assert.equal(nextRefreshAt(null, START, idle), START + 30 * DAY)
  assert.equal(nextRefreshAt(START + 3_600_000, START, idle), START + 3_300_000)
  assert.equal(nextRefreshAt(START + 90 * DAY, START, idle), START + 30 * DAY)
  assert.equal(nextRefreshAt(START + 3_600_000, START, { min_age_s: 86_400 }), START + DAY)
  assert.equal(nextRefreshAt(null, START, { min_age_s: 86_400 }), null)
})
