/** Providers spell what they granted in their own ways. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingScopes } from './missing-scopes.ts'

test('what is missing is named, what is only spelt otherwise is not', () => {
  assert.deepEqual(missingScopes(['read', 'write'], ['read']), ['write'])
  assert.deepEqual(missingScopes(['read', 'write'], []), ['read', 'write'])
  assert.deepEqual(missingScopes(['read'], ['read', 'more']), [])
  assert.deepEqual(missingScopes(['read'], null), [])
  assert.deepEqual(missingScopes(['openid', 'offline_access', 'Read'], ['read']), [])
  assert.deepEqual(missingScopes(['User.Read'], ['https://graph.microsoft.com/User.Read']), [])
  assert.deepEqual(missingScopes(['User.Read'], ['https://graph.microsoft.com/Other.User.Read']), [
    'User.Read',
  ])
})

test('what another scope includes is not missed, and nothing else is', () => {
  const implies = { user: ['user:email'], 'write_*': ['read_*'] }
  assert.deepEqual(missingScopes(['user:email', 'user'], ['user'], implies), [])
  assert.deepEqual(missingScopes(['read_products', 'write_products'], ['write_products'], implies), [])
  assert.deepEqual(missingScopes(['read_orders', 'user:email'], ['write_products', 'users'], implies), [
    'read_orders',
    'user:email',
  ])
  assert.deepEqual(missingScopes(['write_products'], ['read_products'], implies), ['write_products'])
})
