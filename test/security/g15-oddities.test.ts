/** G15: odd JSON, odd queries and odd paths, at every operation that the API describes. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { assertInvariants } from './g15-invariants.ts'
import { memberNames, operations } from './g15-requests.ts'
import { faultOf, fuzzAgent, sendAll, sendFuzzed, type FuzzAnswer, type SentRequest } from './g15-send.ts'
import { openWorld, type World } from './harness.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
/** Paths of the operations with ids that are there, where the world has them. */
const pathOf = (world: World, path: string) =>
  path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    name === 'project_id' ? world.p1 : name === 'external_user_id' ? 'nobody' : 'nothing',
  )

type OddRequest = Omit<SentRequest, 'headers'> & { headers?: Record<string, string> }

async function sender(t: TestContext, world: World) {
  const agent = fuzzAgent()
  t.after(() => agent.destroy())
  const bearer = { authorization: `Bearer ${await world.token()}` }
  return async (request: OddRequest): Promise<FuzzAnswer> => {
    const whole = { ...request, headers: { ...bearer, ...request.headers } }
    const answer = await sendFuzzed(world.address, agent, whole)
    const fault = faultOf(whole, answer)
    assert.equal(
      fault,
      undefined,
      `${request.method} ${request.path.slice(0, 200)} ${request.body?.toString().slice(0, 200)}`,
    )
    return answer
  }
}

const jsonOperations = operations.filter(
  ({ operation }) => operation.requestBody?.content['application/json'],
)

test('G15-269 odd JSON is refused or harmless', async (t) => {
  const world = await openWorld(t)
  const ask = await sender(t, world)
  const before = await world.state()
  const refused = [
    '{"a":1,"a":2}',
    '{"external_user_id":"u1","external_user_id":"u2"}',
    '{"a":{"b":1,"b":1}}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":{"polluted":1}}',
    '{"x":{"__proto__":{"polluted":1}}}',
    '{"\\u005f_proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '[{"__proto__":{"polluted":1}}]',
    '{"n":1e400}',
    '{"n":-1e400}',
    `{"n":${'9'.repeat(100_000)}}`,
    '{"s":"\\ud800"}',
    '{"s":"\\udc00\\ud800"}',
    '{"\\ud800":1}',
    '\ufeff{}',
    '\ufeff{"external_user_id":"u1"}',
    '{/*c*/}',
    '{"a":1} // c',
    "{'a':1}",
    '{a:1}',
    '{"a":1,}',
    '[1,]',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":undefined}',
    '{"a":"\n"}',
    '{"a":"\t"}',
    '{}{}',
    '{} x',
    '{',
    '}',
    '"',
    '',
    ' ',
    '\u0000',
    '{"a":1}\u0000',
    '{"a":"\\x41"}',
    '{"a":"\\u00"}',
    'null',
    'true',
    '7',
    '"text"',
    '[]',
    '{"n":-0}',
  ]
  const bytes = [
    ...refused.map((text) => Buffer.from(text)),
    Buffer.from([0x22, 0xff, 0x22]),
    Buffer.from([0xc0, 0x80]),
    Buffer.from('{"s":"\xe9"}', 'latin1'),
  ]
  bytes.push(Buffer.from('{"external_user_id":"u1"}', 'utf16le'), Buffer.from([0xed, 0xa0, 0x80]))
  const requests = jsonOperations.flatMap(({ method, path }) =>
    bytes
      // It is JSON, and refused where a member is missing; a change that changes nothing is none.
      .filter((body) => method !== 'PATCH' || body.toString() !== '{"n":-0}')
      .map((body) => ({ method, path: pathOf(world, path), headers: JSON_TYPE, body })),
  )
  await sendAll(requests, async (request) => {
    const { status } = await ask(request)
    assert.ok(
      status >= 400,
      `${request.method} ${request.path} ${request.body.toString().slice(0, 80)}: ${status}`,
    )
  })
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  // Inside the JSON text that a member carries it is the same.
  for (const body of refused) {
    const keys = {
      app_slug: 'acme_keys',
      connect_token: await world.connectToken({ user: 'u1' }),
      cfmap_json: body,
    }
    const answer = await ask({
      method: 'POST',
      path: `/v1/connect/${world.p1}/accounts`,
      headers: JSON_TYPE,
      body: Buffer.from(JSON.stringify(keys)),
    })
    assert.equal(answer.status, 400, body.slice(0, 80))
  }
  const after = await world.state()
  for (const table of ['accounts', 'credentials', 'external_users', 'oauth_apps'])
    assert.deepEqual(after.get(table), before.get(table), table)
})

for (const database of ['memory', 'postgres'] as const) {
  test(`G15-269 no member's value is too odd to be judged (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const ask = await sender(t, world)
    const odd: unknown[] = [
      '\u0000',
      'a\u0000b',
      '\ud800',
      '\uffff',
      '\u{10ffff}',
      -0,
      1e308,
      2 ** 53,
      [],
      {},
      null,
      '',
      'x'.repeat(100_000),
    ]
    const connectToken = await world.connectToken()
    const plain: Record<string, unknown> = {
      external_user_id: 'u-odd',
      app: 'acme',
      client_id: 'x',
      client_secret: 'y',
      app_slug: 'acme_keys',
      cfmap_json: '{"api_key":"wrong"}',
      connect_token: connectToken,
      token: connectToken,
      grant_type: 'client_credentials',
      oauth_app_id: null,
    }
    const requests: OddRequest[] = []
    for (const { method, path, operation } of operations) {
      const names = memberNames(operation)
      for (const name of names)
        for (const value of odd) {
          const members = Object.fromEntries(
            names.flatMap((one) => (one in plain ? [[one, plain[one]]] : [])),
          )
          const isForm = operation.requestBody?.content['application/json'] === undefined
          const given = { ...members, [name]: value }
          const body = isForm
            ? new URLSearchParams(
                Object.entries(given).map(([one, text]): [string, string] => [one, String(text)]),
              ).toString()
            : JSON.stringify(given)
          const headers = {
            'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
            origin: new URL(world.server.url).origin,
          }
          requests.push({ method, path: pathOf(world, path), headers, body: Buffer.from(body) })
        }
    }
    await sendAll(requests, async (request) => void (await ask(request)))
    await assertInvariants(world.app)
  })

  test(`G15-271 odd queries and paths are texts or errors (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const ask = await sender(t, world)
    const connectToken = await world.connectToken()
    const values = [
      '%00',
      'a%00b',
      '%',
      '%zz',
      '%ff',
      '%c0%80',
      '%ed%a0%80',
      '%F4%90%80%80',
      '+',
      '%2B',
      'a'.repeat(3000),
      '%5B%5D',
      '[]',
      '{}',
    ]
    const requests: OddRequest[] = []
    for (const { method, path, operation } of operations) {
      for (const { name, in: place } of operation.parameters ?? []) {
        const to = (query: string, filled = path) =>
          requests.push({ method, path: pathOf(world, filled.replace('{ctok}', connectToken)) + query })
        const others = `&token=${connectToken}&app=acme`
        for (const value of values)
          if (place === 'path')
            to(
              '',
              path.replace(`{${name}}`, () => value),
            )
          else if (place === 'query') {
            to(`?${name}=${value}${others}`)
            to(`?${name}=a&${name}=${value}`)
          }
        if (place === 'query') for (const odd of [`${name}[]`, `${name}[b]`]) to(`?${odd}=a${others}`)
      }
    }
    await sendAll(requests, async (request) => void (await ask(request)))
    await assertInvariants(world.app)
  })
}
