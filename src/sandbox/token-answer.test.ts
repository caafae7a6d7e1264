/** How one and the same outcome of a token request looks under each switch. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SandboxSettings } from './contract.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { tokenAnswer } from './token-answer.ts'
import { refused, type Issued } from './token-outcome.ts'

const issued: Issued = {
  kind: 'issued',
  by: 'code',
  accessToken: 'at',
  refreshToken: 'rt',
  scope: 'read profile',
}
const answer = (switches: Partial<SandboxSettings>, outcome: Parameters<typeof tokenAnswer>[1] = issued) =>
  tokenAnswer({ ...DEFAULT_SETTINGS, ...switches }, outcome)
const json = (switches: Partial<SandboxSettings>) =>
  JSON.parse(answer(switches).body) as Record<string, unknown>

test('JSON, a form, or one level down', () => {
  const fields = {
    access_token: 'at',
    token_type: 'Bearer',
    expires_in: 30,
    refresh_token: 'rt',
    scope: 'read profile',
  }
  assert.deepEqual(json({}), fields)
  assert.deepEqual(json({ answer_format: 'nested' }), { data: fields })
  const form = answer({ answer_format: 'form' })
  assert.equal(form.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.deepEqual(Object.fromEntries(new URLSearchParams(form.body)), { ...fields, expires_in: '30' })
})

test('the life of a token as a number, a text, zero, or not at all', () => {
  assert.equal(json({ expires_in_form: 'string' })['expires_in'], '30')
  assert.equal(json({ expires_in_form: 'zero' })['expires_in'], 0)
  assert.equal('expires_in' in json({ expires_in_form: 'absent' }), false)
  assert.equal(json({ access_ttl_seconds: 5 })['expires_in'], 5)
})

test('garbage is no JSON and holds no token', () => {
  const { status, body } = answer({ fail_token_requests: 'garbage' })
  assert.equal(status, 200)
  assert.throws(() => JSON.parse(body) as unknown)
  assert.ok(!body.includes('at"'))
})

test('a refusal has its own status, or hides behind 200; trouble never hides', () => {
  const client = refused('invalid_client', 'no', 401)
  const open = answer({}, client)
  assert.equal(open.status, 401)
  assert.equal(open.headers['www-authenticate'], 'Basic realm="acme"')
  assert.deepEqual(JSON.parse(open.body), { error: 'invalid_client', error_description: 'no' })
  const hidden = answer({ error_in_200: true }, client)
  assert.deepEqual([hidden.status, hidden.headers['www-authenticate']], [200, undefined])
  assert.equal(hidden.body, open.body)
  assert.equal(answer({ error_in_200: true }, refused('server_error', 'no', 500)).status, 500)
  const throttled = answer({ error_in_200: true }, refused('rate_limited', 'no', 429))
  assert.deepEqual([throttled.status, throttled.headers['retry-after']], [429, '2'])
})
