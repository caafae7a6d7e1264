/** Which tokens verify; every forgery here is a published one. */
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, sign } from 'node:crypto'
import { test } from 'node:test'
import {
  createSigner,
  createVerifier,
  generateSigningKey,
  type JwtVerifier,
  signJwt,
  type SigningAlgorithm,
  verifyJwt,
} from './jwt.ts'

const TYPE = 'at+jwt'
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function keyFor(algorithm: SigningAlgorithm) {
  const { privatePem, publicJwk } = generateSigningKey(algorithm)
  const signer = createSigner(publicJwk, privatePem, TYPE)
  const verifiers: ReadonlyMap<string, JwtVerifier> = new Map([[publicJwk.kid, createVerifier(publicJwk)]])
  const forge = (header: object, claims: unknown = { sub: 'c' }) => {
    const input = `${encode(header)}.${encode(claims)}`
    const digest = algorithm === 'EdDSA' ? null : 'sha256'
    return `${input}.${sign(digest, Buffer.from(input), signer.privateKey).toString('base64url')}`
  }
  return { privatePem, publicJwk, signer, verifiers, forge }
}

for (const algorithm of ['EdDSA', 'RS256'] as const) {
  test(`${algorithm}: what was signed verifies, and its claims come back`, () => {
    const { signer, verifiers } = keyFor(algorithm)
    const claims = { sub: 'c_1', scope: 'connect:*', name: 'ü' }
    assert.deepEqual(verifyJwt(signJwt(signer, claims), TYPE, verifiers), claims)
  })

  test(`${algorithm}: the published key has no private member and is named by its RFC 7638 thumbprint`, () => {
    const { publicJwk } = keyFor(algorithm)
    assert.deepEqual(
      Object.keys(publicJwk).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(name)),
      [],
    )
    assert.match(publicJwk.kid, /^[A-Za-z0-9_-]{43}$/)
    assert.deepEqual([publicJwk.alg, publicJwk.use], [algorithm, 'sig'])
  })

  test(`${algorithm}: every changed character of the token breaks it`, () => {
    const { signer, verifiers } = keyFor(algorithm)
    const token = signJwt(signer, { sub: 'c_1' })
    for (let i = 0; i < token.length; i += 1) {
      for (const other of ['A', 'B', '-', '.', '=', ' ']) {
        if (token[i] === other) continue
        const forged = token.slice(0, i) + other + token.slice(i + 1)
        assert.equal(verifyJwt(forged, TYPE, verifiers), undefined, `position ${i}: ${other}`)
      }
    }
  })

  test(`${algorithm}: headers that must not count`, () => {
    const { publicJwk, verifiers, forge } = keyFor(algorithm)
    const header = { alg: algorithm, kid: publicJwk.kid, typ: TYPE }
    assert.deepEqual(verifyJwt(forge(header), TYPE, verifiers), { sub: 'c' })
    const stranger = keyFor(algorithm)
    const refused = {
      'another type': forge({ ...header, typ: 'JWT' }),
      'no type': forge({ alg: algorithm, kid: publicJwk.kid }),
      'no kid': forge({ alg: algorithm, typ: TYPE }),
      'unknown kid': forge({ ...header, kid: 'x' }),
      'kid of an object’s own member': forge({ ...header, kid: '__proto__' }),
      'another algorithm': forge({ ...header, alg: algorithm === 'EdDSA' ? 'RS256' : 'EdDSA' }),
      'alg none': `${encode({ ...header, alg: 'none' })}.${encode({ sub: 'c' })}.`,
      crit: forge({ ...header, crit: ['exp'] }),
      b64: forge({ ...header, b64: false }),
      'another’s key under our kid': stranger.forge(header),
      'a key of its own in jwk': stranger.forge({ ...header, jwk: stranger.publicJwk }),
      'a key of its own in jku': stranger.forge({ ...header, jku: 'http://127.0.0.1/jwks' }),
      'claims that are a list': forge(header, ['c']),
      'claims that are a text': forge(header, 'c'),
      'claims that are null': forge(header, null),
    }
    for (const [name, token] of Object.entries(refused))
      assert.equal(verifyJwt(token, TYPE, verifiers), undefined, name)
  })
}

test('the public key is no HMAC secret', () => {
  const { publicJwk, verifiers } = keyFor('RS256')
  const pem = createPublicKey({ key: publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const input = `${encode({ alg: 'HS256', kid: publicJwk.kid, typ: TYPE })}.${encode({ sub: 'c' })}`
  for (const secret of [pem.toString(), JSON.stringify(publicJwk)]) {
    const forged = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    assert.equal(verifyJwt(forged, TYPE, verifiers), undefined)
  }
})

test('one token has one spelling', () => {
  const { signer, verifiers } = keyFor('EdDSA')
  const token = signJwt(signer, { sub: 'c' })
  const last = token.at(-1)!
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // 64 bytes leave four bits of the last character unused: fifteen others decode to the same signature.
  const sameBytes = [...alphabet].filter(
    (other) =>
      other !== last &&
      Buffer.from(token.slice(0, -1) + other, 'base64url').equals(Buffer.from(token, 'base64url')),
  )
  assert.ok(sameBytes.length > 0)
  for (const other of sameBytes)
    assert.equal(verifyJwt(token.slice(0, -1) + other, TYPE, verifiers), undefined)
  for (const spelling of [`${token}=`, `${token}==`, ` ${token}`, `${token}\n`, token.replaceAll('.', '..')])
    assert.equal(verifyJwt(spelling, TYPE, verifiers), undefined)
})

test('a token that is too long is not even looked at', () => {
  const { signer, verifiers } = keyFor('EdDSA')
  assert.equal(verifyJwt(signJwt(signer, { filler: 'x'.repeat(8192) }), TYPE, verifiers), undefined)
  assert.notEqual(verifyJwt(signJwt(signer, { filler: 'x'.repeat(4000) }), TYPE, verifiers), undefined)
})

test('anything else is no token', () => {
  const { verifiers } = keyFor('EdDSA')
  for (const text of ['', '.', '..', 'a.b', 'a.b.c.d', '{}.{}.{}', `${encode({})}.${encode({})}.AAAA`])
    assert.equal(verifyJwt(text, TYPE, verifiers), undefined, text)
})
