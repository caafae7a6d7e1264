/** Which authorize requests the sandbox provider puts to a person, sends back, or only speaks about. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeChallengeOf } from '../platform/crypto/secrets.ts'
import { checkAuthorizeRequest } from './authorize-request.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

const PUBLIC_URL = 'http://localhost:3000'
const good = {
  client_id: 'acme-sandbox-client',
  redirect_uri: `${PUBLIC_URL}/connect/oauth/oa_1/callback`,
  response_type: 'code',
  code_challenge: codeChallengeOf('verifier'),
  code_challenge_method: 'S256',
  state: 'a state',
}
const check = (changes: Record<string, unknown> = {}, publicUrl = PUBLIC_URL) => {
  const query = Object.entries({ ...good, ...changes }).filter(([, value]) => value !== undefined)
  return checkAuthorizeRequest(publicUrl, DEFAULT_SETTINGS, Object.fromEntries(query))
}

test('a sound request is put to a person, with the scopes it asks for or the usual ones', () => {
  const asked = check()
  assert.equal(asked.kind, 'ask')
  assert.deepEqual(asked.kind === 'ask' && asked.request.scopes, ['read', 'profile'])
  const more = check({ scope: 'write read write' })
  assert.deepEqual(more.kind === 'ask' && more.request.scopes, ['write', 'read'])
  const below = 'https://example.com/gate'
  assert.equal(check({ redirect_uri: `${below}/callback` }, `${below}/`).kind, 'ask')
})

test('nobody is redirected for an unknown client, to a foreign address, or on a parameter given twice', () => {
  const untrusted: Record<string, unknown>[] = [
    { client_id: 'other' },
    { client_id: undefined },
    { redirect_uri: undefined },
    { redirect_uri: '' },
    { redirect_uri: 'https://evil.example/callback' },
    { redirect_uri: 'http://localhost:3000.evil.example/callback' },
    { redirect_uri: 'http://localhost:3000@evil.example/callback' },
    { redirect_uri: 'http://user@localhost:3000/callback' },
    { redirect_uri: 'http://localhost:3001/callback' },
    { redirect_uri: 'https://localhost:3000/callback' },
    { redirect_uri: '//localhost:3000/callback' },
    { redirect_uri: 'http://LOCALHOST:3000/callback' },
    { redirect_uri: 'http://localhost:3000/a/../callback' },
    { redirect_uri: 'http://localhost:3000/callback#fragment' },
    { redirect_uri: 'http://localhost:3000\\evil.example/' },
    { redirect_uri: 'javascript:alert(1)' },
    { redirect_uri: [good.redirect_uri, good.redirect_uri] },
    { state: ['a', 'b'] },
  ]
  for (const changes of untrusted) assert.equal(check(changes).kind, 'tell', JSON.stringify(changes))
  assert.equal(
    check({ redirect_uri: 'https://example.com/callback' }, 'https://example.com/gate').kind,
    'tell',
  )
})

test('other faults go back to the client, with its state', () => {
  const faults: [Record<string, unknown>, string][] = [
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'read admin' }, 'invalid_scope'],
    [{ scope: 'constructor' }, 'invalid_scope'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge: 'too-short' }, 'invalid_request'],
  ]
  for (const [changes, error] of faults) {
    const checked = check(changes)
    assert.equal(checked.kind, 'redirect', JSON.stringify(changes))
    const location = new URL(checked.kind === 'redirect' ? checked.location : '')
    assert.equal(location.origin + location.pathname, good.redirect_uri)
    assert.equal(location.searchParams.get('error'), error)
    assert.equal(location.searchParams.get('state'), 'a state')
    assert.equal(location.searchParams.has('code'), false)
  }
})
