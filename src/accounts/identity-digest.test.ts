/** Whose account it is, without saying so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identityDigest } from './identity-digest.ts'

test('the same person through the same client has one digest, everybody else another, and nobody known has none', () => {
  const one = { appSlug: 'github', oauthAppId: 'oa_1', uid: '42' }
  assert.equal(identityDigest(one), identityDigest({ ...one }))
  const others = [
    { ...one, appSlug: 'gitlab' },
    { ...one, oauthAppId: null },
    { ...one, uid: '43' },
    { appSlug: 'github', oauthAppId: '', uid: 'oa_142' },
  ]
  const digests = [one, ...others].map(identityDigest)
  assert.equal(new Set(digests).size, digests.length)
  assert.ok(digests.every((digest) => !digest!.includes('42')))
  assert.deepEqual(
    [identityDigest({ ...one, uid: undefined }), identityDigest({ ...one, uid: '' })],
    [null, null],
  )
})
