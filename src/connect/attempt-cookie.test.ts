/** The cookie by the public address of the server. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../platform/crypto/secrets.ts'
import { attemptCookie, isBrowserOf } from './attempt-cookie.ts'

const id = digest('handle')

test('over TLS it is Secure, and below a path it stays there', () => {
  assert.equal(
    attemptCookie('https://auth.example.com/gate', id, 'secret', 600),
    `headgate_attempt_${id.slice(0, 12)}=secret; Path=/gate/connect; Max-Age=600; HttpOnly; SameSite=Lax; Secure`,
  )
})

test('only its own secret makes a browser the right one', () => {
  const attempt = { id, browser_digest: digest('secret') }
  const name = `headgate_attempt_${id.slice(0, 12)}`
  assert.equal(isBrowserOf(attempt, `a=1; ${name}=secret; b=2`), true)
  assert.equal(
    isBrowserOf(attempt, `${name}=other; ${name}=secret`),
    true,
    'a planted one does not push it out',
  )
  for (const header of [
    undefined,
    '',
    `${name}=other`,
    `x${name}=secret`,
    `${name}x=secret`,
    `${name}=secretx`,
  ])
    assert.equal(isBrowserOf(attempt, header), false, header)
  assert.equal(isBrowserOf({ id, browser_digest: null }, `${name}=secret`), false)
})
