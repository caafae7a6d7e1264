/** G2: what an access token must be to be believed: its signature, its kind, its claims, its times. */
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { assert401Invalid, assert403, assertStatus, send } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { claimsOf, encodePart, forge, headerOf, serverKey } from './forge.ts'
import { openEvil, openWorld, type World } from './harness.ts'

const use = (world: World, token: string) =>
  send(world.address, 'GET', `/v1/connect/${world.p1}/accounts`, { token })

test('G2-40 a token works until its expiry and not beyond the leeway', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  world.clock.advance(3_598_000)
  assertStatus(await use(world, token), 200)
  world.clock.advance(8_000)
  assert401Invalid(await use(world, token))
  // Refused again, also by a process that forgot it in between.
  assert401Invalid(await use(world, token))
})

test('G2-41 a token from the future is refused until its time has come', async (t) => {
  const world = await openWorld(t)
  world.clock.advance(66_000)
  const token = await world.token()
  world.clock.advance(-66_000)
  const before = await world.state()
  assert401Invalid(await use(world, token))
  assertNothingMoved(before, await world.state())
  world.clock.advance(66_000)
  assertStatus(await use(world, token), 200)
})

test('G2-42 forty ways to fake a signature all fail, and nobody is called', async (t) => {
  const world = await openWorld(t)
  const evil = await openEvil(t)
  const good = await world.token()
  const { kid, privateKey, publicJwk } = await serverKey(world.app)
  const header = { alg: 'EdDSA', kid, typ: 'at+jwt' }
  assert.deepEqual(headerOf(good), header)
  const claims = claimsOf(good)
  const more = { ...claims, jti: 'forged-jti-forged-jti', scope: '*' }
  const [h, c, s] = good.split('.') as [string, string, string]
  const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' })
  const stranger = generateKeyPairSync('ed25519')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

  const join = (head: unknown, body: unknown, signature: string) =>
    `${encodePart(head)}.${encodePart(body)}.${signature}`
  const hmac = (key: string | Buffer) => {
    const input = `${encodePart({ ...header, alg: 'HS256' })}.${encodePart(more)}`
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
  }
  const byStranger = (head: object) => forge(stranger.privateKey, { ...header, ...head }, more)
  const byServer = (head: unknown) => forge(privateKey, head, more)
  const rs256 = () => {
    const input = `${encodePart({ ...header, alg: 'RS256' })}.${encodePart(more)}`
    return `${input}.${sign('sha256', Buffer.from(input), rsa.privateKey).toString('base64url')}`
  }
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  /** The last character of 64 bytes holds two bits that decoders drop: same bytes, another text. */
  const respelt = s.slice(0, -1) + alphabet[alphabet.indexOf(s.at(-1)!) + 1]
  assert.deepEqual(Buffer.from(respelt, 'base64url'), Buffer.from(s, 'base64url'))

  const fakes: Record<string, string> = {
    'alg none, empty signature': join({ ...header, alg: 'none' }, more, ''),
    'alg none, a signature': join({ ...header, alg: 'none' }, more, s),
    'alg None': join({ ...header, alg: 'None' }, more, s),
    'alg nOnE': join({ ...header, alg: 'nOnE' }, more, s),
    'no alg': byServer({ kid, typ: 'at+jwt' }),
    'alg as a list': byServer({ ...header, alg: ['EdDSA'] }),
    'alg in another case': byServer({ ...header, alg: 'EDDSA' }),
    'alg Ed25519': byServer({ ...header, alg: 'Ed25519' }),
    'HS256 with the key as PEM': hmac(publicKey.export({ type: 'spki', format: 'pem' })),
    'HS256 with the key as DER': hmac(publicKey.export({ type: 'spki', format: 'der' })),
    'HS256 with the key as JWK text': hmac(JSON.stringify(publicJwk)),
    'HS256 with the raw key': hmac(Buffer.from(publicJwk['x']!, 'base64url')),
    'HS256 with the key id': hmac(kid),
    'HS256 with an empty key': hmac(''),
    'ES256 with r = s = 0': join({ ...header, alg: 'ES256' }, more, Buffer.alloc(64).toString('base64url')),
    'EdDSA with a zero signature': join(header, more, Buffer.alloc(64).toString('base64url')),
    'RS256 with our key id': rs256(),
    'signed by a stranger': byStranger({}),
    'kid of a path': byServer({ ...header, kid: '../../dev/null' }),
    'kid of SQL': byServer({ ...header, kid: "' union select 'x" }),
    'kid as a list': byServer({ ...header, kid: [kid] }),
    'kid as an object': byServer({ ...header, kid: { toString: kid } }),
    'kid of a prototype': byServer({ ...header, kid: '__proto__' }),
    'no kid': byServer({ alg: 'EdDSA', typ: 'at+jwt' }),
    'jku to a stranger': byStranger({ jku: `${evil.url}/jwks.json`, kid: 'evil' }),
    'jku beside our kid': byStranger({ jku: `${evil.url}/jwks.json` }),
    'x5u to a stranger': byStranger({ x5u: `${evil.url}/cert.pem` }),
    'jwk in the header': byStranger({ jwk: stranger.publicKey.export({ format: 'jwk' }) }),
    'unknown crit, rightly signed': byServer({ ...header, crit: ['exp'], exp: 1 }),
    'empty crit, rightly signed': byServer({ ...header, crit: [] }),
    'b64 false, rightly signed': byServer({ ...header, b64: false, crit: ['b64'] }),
    'empty signature': `${h}.${c}.`,
    'signature cut short': `${h}.${c}.${s.slice(0, -2)}`,
    'signature of another token': `${h}.${encodePart(more)}.${s}`,
    'doubled header member': byServer(`{"alg":"none",${JSON.stringify(header).slice(1, -1)},"alg":"none"}`),
    'padded base64url': `${h}.${c}.${s}==`,
    'last bits respelt': `${h}.${c}.${respelt}`,
    'standard base64': `${h}.${c}.${s.replaceAll('-', '+').replaceAll('_', '/')}+/`,
    'two parts': `${h}.${c}`,
    'five parts': `${h}.${c}.${s}.${s}.${s}`,
  }
  assert.equal(Object.keys(fakes).length, 40)
  const before = await world.state()
  for (const [name, fake] of Object.entries(fakes)) {
    try {
      assert401Invalid(await use(world, fake))
    } catch (cause) {
      throw new Error(`believed: ${name}`, { cause })
    }
  }
  assertNothingMoved(before, await world.state())
  assert.equal(evil.contacts(), 0)
  assertStatus(await use(world, good), 200)
})

test('G2-43 only an access token of this server is one, however well another kind is signed', async (t) => {
  const world = await openWorld(t)
  const good = await world.token()
  const { privateKey } = await serverKey(world.app)
  const [header, claims] = [headerOf(good), claimsOf(good)]
  const signed = (head: object, body: object) =>
    forge(privateKey, { ...header, ...head }, { ...claims, ...body })
  const without = (name: string) => forge(privateKey, header, { ...claims, [name]: undefined })
  assertStatus(await use(world, signed({}, { jti: 'another-one' })), 200)

  const strangers = [
    signed({ typ: 'JWT' }, {}),
    signed({ typ: 'jwt' }, {}),
    signed({ typ: undefined }, {}),
    signed({ typ: 'id+jwt' }, {}),
    signed({ typ: ['at+jwt'] }, {}),
    signed({}, { iss: 'https://another.test' }),
    signed({}, { iss: `${world.server.url}/` }),
    signed({}, { aud: 'https://another.test' }),
    signed({}, { aud: [world.server.url, 'https://another.test'] }),
    signed({}, { client_id: world.c9.id, sub: world.c1.id, gen: 99 }),
    signed({}, { client_id: 'unknown-client' }),
    signed({}, { exp: '9999999999' }),
    signed({}, { exp: null }),
    signed({}, { scope: ['*'] }),
    ...['iss', 'aud', 'sub', 'client_id', 'jti', 'iat', 'nbf', 'exp', 'scope'].map(without),
    forge(privateKey, header, [claims]),
    forge(privateKey, header, 'null'),
    world.c1.secret,
    `ctok_${'0'.repeat(32)}`,
    world.c1.id,
  ]
  const connectToken = await world.connectToken()
  const before = await world.state()
  for (const stranger of strangers) assert401Invalid(await use(world, stranger))
  // A Connect token is a caller of its own kind, and no access token either.
  const path = `/v1/connect/${world.p1}/tokens`
  const sent = { token: connectToken, body: { external_user_id: 'u1' } }
  assert403(await send(world.address, 'POST', path, sent), 'caller_not_allowed')
  assertNothingMoved(before, await world.state())
})

test('G2-44 an access token says what RFC 9068 asks for, and nothing secret', async (t) => {
  const world = await openWorld(t)
  const token = await world.token({ scope: 'connect:proxy' })
  const { kid } = await serverKey(world.app)
  assert.deepEqual(headerOf(token), { alg: 'EdDSA', kid, typ: 'at+jwt' })
  const { jti, gen, ...claims } = claimsOf(token)
  const iat = Math.floor(world.clock.now() / 1000)
  assert.deepEqual(claims, {
    iss: world.server.url,
    aud: world.server.url,
    sub: world.c1.id,
    client_id: world.c1.id,
    iat,
    nbf: iat - 5,
    exp: iat + 3600,
    scope: 'connect:proxy',
  })
  assert.equal(typeof gen, 'number')
  assert.ok(Buffer.from(String(jti), 'base64url').length >= 16)
  assert.notEqual(claimsOf(await world.token())['jti'], jti)
})
