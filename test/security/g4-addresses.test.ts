/** G4: the addresses that a developer hands over with a Connect token. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert400, assertStatus, jsonOf, send } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { openEvil, openWorld, type World } from './harness.ts'

const create = async (world: World, members: object) =>
  send(world.address, 'POST', `/v1/connect/${world.p1}/tokens`, {
    token: await world.token(),
    body: { external_user_id: 'u1', ...members },
  })

async function assertRefused(world: World, wrong: readonly object[]): Promise<void> {
  const before = await world.state()
  for (const members of wrong) {
    const answer = await create(world, { external_user_id: 'u-new', ...members })
    assert.equal(answer.status, 400, JSON.stringify(members).slice(0, 200))
    assert400(answer)
  }
  assertNothingMoved(before, await world.state())
}

test('G4-93 allowed_origins are origins and nothing else', async (t) => {
  const world = await openWorld(t)
  const wrong = [
    'https://a.test/path',
    'https://a.test//',
    'https://a.test?q',
    'https://a.test/?q',
    'https://a.test#f',
    'https://u@a.test',
    'https://u:p@a.test',
    '*',
    'https://*',
    'https://*.a.test',
    'null',
    'ftp://a.test',
    'file:///',
    '',
    ' ',
    'https://',
    'https:///a.test',
    'a.test',
    '//a.test',
    'https:a.test',
    'https:\\\\a.test',
    'https://a.test\\',
    'https://a.test ',
    ' https://a.test',
    'https://a.test,https://b.test',
    'https://a.test\r\nX: y',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://a.test:99999',
    'https://a.test:x',
    'https://a\u0000.test',
    `https://${'a'.repeat(300)}.test`,
    'https://[::1',
    'chrome-extension://abc',
  ]
  await assertRefused(world, [
    ...wrong.map((origin) => ({ allowed_origins: [origin] })),
    ...wrong.map((origin) => ({ allowed_origins: ['https://good.test', origin] })),
    { allowed_origins: 'https://a.test' },
    { allowed_origins: Array.from({ length: 1000 }, (_, i) => `https://a${i}.test`) },
    { allowed_origins: Array.from({ length: 51 }, (_, i) => `https://a${i}.test`) },
    { allowed_origins: [['https://a.test']] },
    { allowed_origins: [7] },
    { allowed_origins: { 0: 'https://a.test' } },
    { allowed_origins: null },
  ])

  const spellings: [string, string][] = [
    ['https://a.test/', 'https://a.test'],
    ['HTTPS://A.Test', 'https://a.test'],
    ['https://a.test:443', 'https://a.test'],
    ['https://a.test:8443/', 'https://a.test:8443'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://bücher.test', 'https://xn--bcher-kva.test'],
  ]
  for (const [given, origin] of spellings) {
    const made = await create(world, { allowed_origins: [given] })
    assertStatus(made, 200)
    const headers = { origin }
    const path = `/v1/connect/${world.p1}/accounts`
    const answer = await send(world.address, 'GET', path, { token: String(jsonOf(made)['token']), headers })
    assertStatus(answer, 200)
    assert.equal(answer.headers.get('access-control-allow-origin'), origin)
  }
})

test('G4-94 redirect addresses are absolute https', async (t) => {
  const world = await openWorld(t)
  const wrong = [
    'javascript:alert(1)',
    'JavaScript://a.test/%0aalert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.test',
    '/relative',
    'relative',
    '?q',
    '',
    'https:',
    'https://',
    'https:/evil.test',
    'https:evil.test',
    'https:\\\\evil.test',
    'https://evil.test\\@app.test/',
    'http://app.test/',
    'http://10.0.0.1/',
    'http://localhost.evil.test/',
    'http://127.0.0.1.evil.test/',
    'http://evil.test#localhost',
    'https://user@app.test/',
    'https://user:pass@app.test/',
    'https://:pass@app.test/',
    'https://app.test/#fragment',
    'https://app.test/#',
    'https://app.test/\r\nLocation: https://evil.test',
    'https://app.test/\n',
    'https://app.test/\t',
    'https://app\u0000.test/',
    ' https://app.test/',
    'https://app.test/ x',
    `https://app.test/${'a'.repeat(10_240)}`,
    `https://app.test/${'a'.repeat(2048)}`,
    'ftp://app.test/',
    'intent://app.test/#Intent;end',
    'blob:https://app.test/x',
  ]
  for (const name of ['success_redirect_uri', 'error_redirect_uri'])
    await assertRefused(
      world,
      [...wrong, 7, [], ['https://app.test/'], {}, true, null].map((uri) => ({ [name]: uri })),
    )

  const good = [
    'https://app.test/done?x=1',
    'https://app.test',
    'HTTPS://app.test/',
    'http://localhost:3000/done',
    'http://127.0.0.1:8080/',
  ]
  good.push('http://[::1]:8080/', `https://app.test/${'a'.repeat(2048 - 'https://app.test/'.length)}`)
  for (const uri of good)
    assertStatus(await create(world, { success_redirect_uri: uri, error_redirect_uri: uri }), 200)
})

test('G4-95 a webhook goes to a public https address, or where the operator allows', async (t) => {
  const evil = await openEvil(t)
  const world = await openWorld(t)
  const wrong = [
    'http://hooks.test/',
    'http://localhost/',
    `${evil.url}/`,
    `https://${evil.host}/`,
    'ftp://hooks.test/',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://172.16.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:a00:1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://127.1/',
    'https://１２７.0.0.1/',
    'https://0/',
    'https://0.0.0.0/',
    'https://[::]/',
    'https://100.64.0.1/',
    'https://user@hooks.test/',
    'https://hooks.test/#f',
    'javascript:alert(1)',
    '//hooks.test',
    '',
    `https://hooks.test/${'a'.repeat(2048)}`,
  ]
  await assertRefused(
    world,
    [...wrong, 7, [], {}, null].map((webhook_uri) => ({ webhook_uri })),
  )
  assertStatus(await create(world, { webhook_uri: 'https://hooks.example.com/pipe?x=1' }), 200)
  assert.equal(evil.contacts(), 0)

  const allowing = await openWorld(t, { env: { HEADGATE_EGRESS_ALLOW: `10.0.0.0/24,${evil.host}` } })
  assertStatus(await create(allowing, { webhook_uri: 'https://10.0.0.1/' }), 200)
  assertStatus(await create(allowing, { webhook_uri: `https://${evil.host}/` }), 200)
  await assertRefused(allowing, [
    { webhook_uri: 'https://10.0.1.1/' },
    { webhook_uri: 'https://user@10.0.0.1/' },
  ])
  assert.equal(evil.contacts(), 0)
})
