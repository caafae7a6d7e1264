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
