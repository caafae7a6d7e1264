import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { oauth1Authorization } from './oauth1-authorization.ts'
import { signatureBase, signOAuth1, type Parameter } from './oauth1-signature.ts'

const protocol = (parameters: Record<string, string>): Parameter[] => Object.entries(parameters)

/** RFC 5849 section 3.4.1.1. */
const request = {
  url: new URL('http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b'),
  header: protocol({
    oauth_consumer_key: '9djdj82h48djs9d2',
    oauth_token: 'kkk9d7dh3k39sjv7',
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: '137131201',
    oauth_nonce: '7d8f3e4a',
  }),
  form: [...new URLSearchParams('c2&a3=2+q')],
}
const base =
  'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26' +
  'oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26' +
  'oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7'

test('H8: the base string of RFC 5849 section 3.4.1.1, with double names, empty values and a form body', () => {
  assert.equal(signatureBase('post', request.url, [...request.header, ...request.form]), base)
  // Erratum 2550 corrects the signature that the RFC prints.
  const secrets = { client: 'j49sk3j29djd', token: 'dh893hdasih9' }
  assert.equal(signOAuth1('HMAC-SHA1', base, secrets), 'r6/TJjbCOr97/+UU0NsvSne7s5g=')
})

test('H8: the three signatures of RFC 5849 section 1.2', () => {
  const client = 'kd94hf93k423kf44'
  const sign = (method: string, url: string, parameters: Record<string, string>, token: string) => {
    const all = { oauth_consumer_key: 'dpf43f3p2l4k3l03', oauth_signature_method: 'HMAC-SHA1', ...parameters }
    return signOAuth1('HMAC-SHA1', signatureBase(method, new URL(url), protocol(all)), { client, token })
  }
  const initiate = {
    oauth_timestamp: '137131200',
    oauth_nonce: 'wIjqoS',
    oauth_callback: 'http://printer.example.com/ready',
  }
  assert.equal(
    sign('POST', 'https://photos.example.net/initiate', initiate, ''),
    '74KNZJeDHnMBp0EMJ9ZHt/XKycU=',
  )
  const token = {
    oauth_token: 'hh5s93j4hdidpola',
    oauth_timestamp: '137131201',
    oauth_nonce: 'walatlh',
    oauth_verifier: 'hfdp7dh39dks9884',
  }
  assert.equal(
    sign('POST', 'https://photos.example.net/token', token, 'hdhd0244k9j7ao03'),
    'gKgrFCywp7rO0OXSjdot/IHF7IU=',
  )
  const photo = {
    oauth_token: 'nnch734d00sl2jdk',
    oauth_timestamp: '137131202',
    oauth_nonce: 'chapoH',
  }
  assert.equal(
    sign(
      'GET',
      'http://photos.example.net/photos?file=vacation.jpg&size=original',
      photo,
      'pfkkdhi9sl3r4s00',
    ),
    'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
  )
})

test('H8: the base string URI of RFC 5849 section 3.4.1.2: small letters, no default port', () => {
  const baseOf = (url: string) =>
    decodeURIComponent(signatureBase('GET', new URL(url), []).split('&')[1] ?? '')
  assert.equal(baseOf('HTTP://EXAMPLE.COM:80/r%20v/X?id=123'), 'http://example.com/r%20v/X')
  assert.equal(baseOf('https://www.example.net:8080/?q=1'), 'https://www.example.net:8080/')
  assert.equal(baseOf('https://a.example:443'), 'https://a.example/')
})

test('H8: what is not a letter, digit or one of -._~ is encoded, in UTF-8 and capitals', () => {
  const url = new URL("https://a.example/?q=%21%27%28%29%2a+%c3%a4~-._&q='")
  assert.equal(
    decodeURIComponent(signatureBase('GET', url, []).split('&')[2] ?? ''),
    'q=%21%27%28%29%2A%20%C3%A4~-._&q=%27',
  )
})

test('H8: HMAC-SHA256, RSA-SHA1 and PLAINTEXT', () => {
  const secrets = { client: 'c&s', token: 't s' }
  assert.equal(signOAuth1('PLAINTEXT', base, secrets), 'c%26s&t%20s')
  // Checked with `printf %s "$base" | openssl dgst -sha256 -hmac 'j49sk3j29djd&dh893hdasih9' -binary | base64`.
  assert.equal(
    signOAuth1('HMAC-SHA256', base, { client: 'j49sk3j29djd', token: 'dh893hdasih9' }),
    'lIfydhbOitvsm4DvUwgM0NdR1Mzd08HnXI+q+EG0QKo=',
  )
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const signature = signOAuth1('RSA-SHA1', base, { client: pem, token: 'ignored' })
  assert.ok(createVerify('RSA-SHA1').update(base).verify(publicKey, signature, 'base64'))
  assert.throws(() => signOAuth1('RSA-SHA1', base, { client: 'no key', token: '' }), {
    code: 'private_key_unusable',
  })
})

test('H8: the realm is in the header and not in the signature; every header has a nonce of its own', () => {
  const signer = {
    signatureMethod: 'PLAINTEXT' as const,
    clientId: 'id',
    secrets: { client: 's', token: '' },
    realm: '1234567_SB1 "x"',
    now: 137_131_201_999,
  }
  const url = new URL('https://a.example/')
  const header = oauth1Authorization({ method: 'GET', url }, signer)
  assert.ok(header.startsWith('OAuth realm="1234567_SB1 \\"x\\"", oauth_consumer_key="id"'))
  assert.ok(header.includes('oauth_timestamp="137131201"'))
  assert.ok(!header.includes('oauth_token='))
  assert.notEqual(oauth1Authorization({ method: 'GET', url }, signer), header)
  const hmac = { ...signer, signatureMethod: 'HMAC-SHA1' as const }
  assert.ok(!signatureBase('GET', url, []).includes('realm'))
  assert.match(oauth1Authorization({ method: 'GET', url }, hmac), /oauth_signature="[\w%]+"$/)
})
