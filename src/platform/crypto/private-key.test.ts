import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createHmac, createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { algorithmOf, publicKeyFingerprint, signAssertion } from './private-key.ts'

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const parts = (token: string) => {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown
  const bytes = Buffer.from(signature, 'base64url')
  return { input: `${header}.${claims}`, header: read(header), claims: read(claims), bytes }
}

test('H10: an assertion verifies with the public half, and its header says how', () => {
  const claims = { iss: 'ä', exp: 1 }
  const byRsa = parts(
    signAssertion({ alg: 'RS256', key: pemOf(rsa.privateKey), header: { kid: 'k' }, claims }),
  )
  assert.deepEqual([byRsa.header, byRsa.claims], [{ alg: 'RS256', typ: 'JWT', kid: 'k' }, claims])
  assert.ok(createVerify('sha256').update(byRsa.input).verify(rsa.publicKey, byRsa.bytes))

  const byEc = parts(signAssertion({ alg: 'ES256', key: pemOf(ec.privateKey), claims }))
  assert.equal(byEc.bytes.length, 64)
  const key = { key: ec.publicKey, dsaEncoding: 'ieee-p1363' as const }
  assert.ok(createVerify('sha256').update(byEc.input).verify(key, byEc.bytes))

  const byHmac = parts(signAssertion({ alg: 'HS256', key: Buffer.from('00ff', 'hex'), claims }))
  const expected = createHmac('sha256', Buffer.from('00ff', 'hex')).update(byHmac.input).digest()
  assert.deepEqual(byHmac.bytes, expected)
})

test('H10: a key in any PEM form, however its line breaks fared, and none that is not one', () => {
  const pem = pemOf(rsa.privateKey)
  const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string
  const print = publicKeyFingerprint(pem)
  const flattened = ['\\n', '', ' ', '\r\n'].map((end) => pem.replaceAll('\n', end))
  for (const form of [pkcs1, ...flattened, `  ${pem}\n\n`]) assert.equal(publicKeyFingerprint(form), print)
  assert.match(print, /^[A-Za-z0-9+/]{43}=$/)
  assert.equal(algorithmOf(pem), 'RS256')
  assert.equal(algorithmOf(pemOf(ec.privateKey)), 'ES256')

  const locked = rsa.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'p',
  })
  const ed = pemOf(generateKeyPairSync('ed25519').privateKey)
  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string
  for (const none of ['', 's3cret', publicPem, locked as string, pem.slice(0, 400)]) {
    const failure = (() => {
      try {
        return signAssertion({ alg: 'RS256', key: none, claims: {} })
      } catch (error) {
        return error as { code?: string; message: string; cause?: unknown }
      }
    })()
    assert.ok(typeof failure === 'object' && failure.code === 'private_key_unusable')
    assert.ok(!failure.message.includes('s3cret') && failure.cause === undefined)
  }
  assert.throws(() => algorithmOf(ed), { code: 'private_key_unusable' })
  assert.throws(() => signAssertion({ alg: 'ES256', key: pem, claims: {} }), { code: 'private_key_unusable' })
  assert.throws(() => signAssertion({ alg: 'HS256', key: '', claims: {} }), { code: 'private_key_unusable' })
})
