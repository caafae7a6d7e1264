/** The sandbox provider's API: which credentials open it, and what the echo tells and does not tell. */
import assert from 'node:assert/strict'
import { echoRequest } from './echo-request.ts'
import { scenario } from './sandbox-server.test.ts'

interface Echo {
  method: string
  query: object
  headers: Record<string, string>
  body: unknown
  body_encoding: string
}

scenario('a key that starts with acme_ opens the API, and names the same person each time', async (s) => {
  const who = async (key: string) => (await s.get('/sandbox/api/me', { 'x-acme-key': key })).json()
  assert.deepEqual(await who('acme_demo_key'), await who('acme_demo_key'))
  assert.notDeepEqual(await who('acme_demo_key'), await who('acme_other_key'))
  const refused: Record<string, string>[] = [
    {},
    { 'x-acme-key': '' },
    { 'x-acme-key': 'acme_' },
    { 'x-acme-key': 'demo_key' },
    { authorization: 'Bearer acme_demo_key' },
    // A bad token is not mended by a good key.
    { authorization: 'Bearer nonsense', 'x-acme-key': 'acme_demo_key' },
  ]
  for (const headers of refused) {
    for (const path of ['/sandbox/api/me', '/sandbox/api/echo']) {
      const answer = await s.get(path, headers)
      assert.equal(answer.status, 401, JSON.stringify(headers))
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="acme"/)
    }
  }
})

scenario('the echo tells what arrived, and credentials by digest only', async (s) => {
  const { access_token: token } = await s.exchange()
  const headers = { authorization: `Bearer ${token}`, 'x-own': 'kept', cookie: 'sid=secret-cookie' }
  const init = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"a":[1]}',
  }
  const text = await (await fetch(`${s.address}/sandbox/api/echo?q=1&q=2&r=%26`, init)).text()
  assert.ok(!text.includes(token!))
  assert.ok(!text.includes('secret-cookie'))
  const echo = JSON.parse(text) as Echo
  assert.deepEqual(
    [echo.method, echo.query, echo.body, echo.body_encoding],
    ['POST', { q: ['1', '2'], r: '&' }, { a: [1] }, 'json'],
  )
  assert.equal(echo.headers['x-own'], 'kept')
  assert.match(echo.headers['authorization']!, /^Bearer sha256:[\w-]{12}$/)
  const byKey = await s.get('/sandbox/api/echo', { 'x-acme-key': 'acme_demo_key' })
  const seen = (await byKey.json()) as Echo
  assert.deepEqual([seen.method, seen.body, seen.body_encoding], ['GET', null, 'none'])
  assert.match(seen.headers['x-acme-key']!, /^sha256:[\w-]{12}$/)

  const encodingOf = (type: string, body: Buffer) =>
    echoRequest({ method: 'POST', query: {}, headers: { 'content-type': type }, body }).body_encoding
  assert.equal(encodingOf('application/json', Buffer.from('{')), 'text')
  assert.equal(encodingOf('application/vnd.api+json; charset=utf-8', Buffer.from('1')), 'json')
  assert.equal(encodingOf('image/png', Buffer.from([0x89, 0xff])), 'base64')
})
