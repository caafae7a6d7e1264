/** The sandbox provider's switches: what each does to a client, who may set them, and what is no switch. */
import assert from 'node:assert/strict'
import { scenario } from './sandbox-server.test.ts'

scenario('switches change what is granted, issued and answered, and {} resets them', async (s) => {
  await s.settings({ rotate: 'keep', access_ttl_seconds: 900, expires_in_form: 'string' })
  const kept = await s.exchange()
  assert.equal(kept['expires_in'], '900')
  for (const times of [1, 2]) {
    const again = await s.refresh(kept['refresh_token']!)
    assert.deepEqual([again.status, 'refresh_token' in again.body], [200, false], `refresh ${times}`)
  }
  await s.settings({ rotate: 'none' })
  assert.equal('refresh_token' in (await s.exchange()), false)
  assert.equal((await s.refresh(kept['refresh_token']!)).body['error'], 'unsupported_grant_type')
  await s.settings({ grant_fewer_scopes: true, echo_iss: true })
  const location = await s.consent({ 'scope.write': 'on' }, { scope: 'read write profile' })
  assert.equal(location.searchParams.get('iss'), `${s.address}/sandbox`)
  const fewer = await s.token(s.codeForm(location.searchParams.get('code')!))
  assert.equal(fewer.body['scope'], 'read write')
  await s.settings({ require_pkce: false })
  const plain = await s.code({}, { code_challenge: '', code_challenge_method: '' })
  assert.equal((await s.token(s.codeForm(plain))).body['error'], 'invalid_grant', 'a verifier out of nowhere')
  const { code_verifier: _, ...bare } = s.codeForm(plain)
  assert.equal((await s.token(bare)).status, 200)
  assert.deepEqual(
    [(await s.settings({}))['require_pkce'], (await s.settings({}))['rotate']],
    [true, 'strict'],
  )
  const refused = await s.consent({}, { code_challenge: '', code_challenge_method: '' })
  assert.equal(refused.searchParams.get('error'), 'invalid_request')
})

scenario(
  'a planned error has no effect; a lost answer has had one; no wait outlives the server',
  async (s) => {
    const { refresh_token: token } = await s.exchange()
    const planned = { '500': 500, '429': 429, invalid_client: 401, invalid_grant: 400 }
    for (const [fail_token_requests, status] of Object.entries(planned)) {
      await s.settings({ fail_token_requests })
      assert.equal((await s.refresh(token!)).status, status)
    }
    await s.settings({ fail_token_requests: 'garbage', rotate: 'keep' })
    const { status, text } = await s.refresh(token!)
    assert.equal(status, 200)
    assert.throws(() => JSON.parse(text) as unknown)
    assert.equal((await s.stats()).refreshes, 1)
    await s.settings({ fail_token_requests: 'timeout' })
    const answers = [s.refresh(token!)]
    while ((await s.stats()).refreshes !== 2) await new Promise((resolve) => setImmediate(resolve))
    await s.settings({ delay_ms: 10_000 })
    const before = s.arrived.requests
    answers.push(s.refresh(token!))
    while (s.arrived.requests === before) await new Promise((resolve) => setImmediate(resolve))
    const closed = s.http.close()
    for (const { status } of await Promise.all(answers)) assert.equal(status, 503)
    // Connections that were busy when the stop began are kept for the next request; there is none.
    s.http.server.closeIdleConnections()
    await closed
  },
)

scenario('a bad switch is named with what it takes, and changes nothing', async (s) => {
  await s.settings({ rotate: 'keep' })
  const bad: [unknown, RegExp][] = [
    [{ rotate: 'sometimes' }, /^rotate must be one of "strict", "keep", "none"$/],
    [{ rotates: 'keep' }, /^There is no switch "rotates"$/],
    [{ access_ttl_seconds: '30' }, /^access_ttl_seconds must be integer$/],
    [{ access_ttl_seconds: 0 }, /^access_ttl_seconds must be >= 1$/],
    [{ delay_ms: 10_001 }, /^delay_ms must be <= 10000$/],
    [{ fail_token_requests: 500 }, /^fail_token_requests must be one of "off", "500"/],
    [{ echo_iss: 'yes' }, /^echo_iss must be boolean$/],
    [[], /^The body must be object$/],
    ['null', /^The body must be object$/],
    ['{', /JSON/],
  ]
  for (const [body, message] of bad) {
    const answer = await s.put(body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.match(((await answer.json()) as { error: string }).error, message)
  }
  assert.equal('refresh_token' in (await s.refresh((await s.exchange())['refresh_token']!)).body, false)
})

scenario('only JSON, and from a browser only a page of this server, may set switches', async (s) => {
  const own = { origin: s.address }
  assert.equal((await s.put({}, own)).status, 200)
  for (const origin of ['https://evil.example', 'null', `${s.address}.evil.example`])
    assert.equal((await s.put({ rotate: 'none' }, { origin })).status, 403, origin)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    assert.equal((await s.put({ rotate: 'none' }, { 'content-type': type })).status, 415, type)
  assert.equal('refresh_token' in (await s.exchange()), true)
})
