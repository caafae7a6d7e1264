import { test } from 'node:test'
import assert from 'node:assert/strict'
import { idTokenProblem, type IdTokenExpectation } from './verify-id-token.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const expected: IdTokenExpectation = {
  issuerFor: () => 'https://accounts.example.com',
  clientId: 'client-1',
  nonce: 'nonce-1',
  now: NOW,
}
const good = {
  iss: 'https://accounts.example.com',
  aud: 'client-1',
  exp: NOW / 1000 + 300,
  nonce: 'nonce-1',
  sub: 'person-1',
}
const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const token = (claims: object, header: object = { alg: 'RS256' }) =>
  `${encoded(header)}.${encoded(claims)}.c2lnbmF0dXJl`

test('G7-140, E3: a token whose claims are right is believed', () => {
  assert.equal(idTokenProblem(token(good), expected), undefined)
  assert.equal(idTokenProblem(token({ ...good, aud: ['client-1'] }), expected), undefined)
  assert.equal(
    idTokenProblem(token({ ...good, aud: ['client-1', 'other'], azp: 'client-1' }), expected),
    undefined,
  )
  assert.equal(idTokenProblem(token({ ...good, exp: NOW / 1000 - 59 }), expected), undefined)
})

test('G7-140, E3, gmail: Google may leave out the scheme of its issuer', () => {
  assert.equal(idTokenProblem(token({ ...good, iss: 'accounts.example.com' }), expected), undefined)
  assert.ok(idTokenProblem(token({ ...good, iss: 'http://accounts.example.com' }), expected))
})

test('G7-140: nothing else is', () => {
  const bad: [string, unknown][] = [
    ['alg none', token(good, { alg: 'none' })],
    ['alg None', token(good, { alg: 'None' })],
    ['no alg', token(good, {})],
    ['alg no text', token(good, { alg: ['RS256'] })],
    ['another issuer', token({ ...good, iss: 'https://evil.example' })],
    ['issuer with a slash', token({ ...good, iss: 'https://accounts.example.com/' })],
    ['no issuer', token({ ...good, iss: undefined })],
    ['another audience', token({ ...good, aud: 'client-2' })],
    ['no audience', token({ ...good, aud: undefined })],
    ['several, and not authorized', token({ ...good, aud: ['client-1', 'client-2'], azp: 'client-2' })],
    ['several, and none authorized', token({ ...good, aud: ['client-1', 'client-2'] })],
    ['expired', token({ ...good, exp: NOW / 1000 - 60 })],
    ['expiry as text', token({ ...good, exp: '9999999999' })],
    ['no expiry', token({ ...good, exp: undefined })],
    ['another nonce', token({ ...good, nonce: 'nonce-2' })],
    ['no nonce', token({ ...good, nonce: undefined })],
    ['no JWT', 'text'],
    ['a list for claims', `${encoded({ alg: 'RS256' })}.${encoded([])}.x`],
    ['no text', 5],
  ]
  for (const [what, text] of bad) {
    const problem = idTokenProblem(text, expected)
    assert.ok(problem !== undefined, what)
    assert.doesNotMatch(problem, /nonce-|client-|evil/)
  }
})

test('G7-140: no nonce is asked of an app that returns none', () => {
  const { nonce: _none, ...without } = expected
  assert.equal(idTokenProblem(token({ ...good, nonce: undefined }), without), undefined)
})
