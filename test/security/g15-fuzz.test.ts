/** G15: random requests by the grammar of the API, and every failure that was ever found. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { assertStatus, send } from './answers.ts'
import { assertInvariants } from './g15-invariants.ts'
import { type Known, operations, requestGenerator } from './g15-requests.ts'
import { faultOf, fuzzAgent, sendAll, sendFuzzed, type SentRequest } from './g15-send.ts'
import { openWorld, type World } from './harness.ts'

/** `HEADGATE_FUZZ_REQUESTS=100000` is the catalogue's figure. */
const REQUESTS = Number(process.env['HEADGATE_FUZZ_REQUESTS'] ?? 3000)
/** The same for everybody, so that it fails for whoever broke it and not for whoever comes next; `HEADGATE_FUZZ_SEED=random` looks for more. */
const SEED = seedOf(process.env['HEADGATE_FUZZ_SEED'] ?? '1')

for (const database of ['memory', 'postgres'] as const) {
  test(`G15-268 grammar fuzz (${database})`, { timeout: 60_000 + REQUESTS * 20 }, async (t) => {
    t.diagnostic(`HEADGATE_FUZZ_SEED=${SEED} HEADGATE_FUZZ_REQUESTS=${REQUESTS}`)
    assert.ok(operations.length > 40)
    const world = await openWorld(t, { database })
    const foreign = async () =>
      [...(await world.state()).values()].flat().filter((row) => row.includes(world.p3))
    const theirs = await foreign()
    const agent = fuzzAgent()
    t.after(() => agent.destroy())
    const statuses = new Map<number, number>()
    const rounds = 6
    for (let round = 0; round < rounds; round += 1) {
      // Tokens are used up and users deleted on the way, so each round has its own.
      const { known, tokens } = await materialOf(world)
      const next = requestGenerator(SEED + round, known, tokens)
      const count = Math.ceil(REQUESTS / 2 / rounds)
      await sendAll(Array.from({ length: count }, next), async (request) => {
        const answer = await sendFuzzed(world.address, agent, request)
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        const fault = faultOf(request, answer)
        if (fault !== undefined) assert.fail(`seed ${SEED}: ${fault}\n${asCase(request, world)}`)
      })
      await assertInvariants(world.app)
    }
    t.diagnostic(
      `statuses ${JSON.stringify(Object.fromEntries([...statuses].toSorted(([a], [b]) => a - b)))}`,
    )
    // The grammar is worth something only while requests get through to the operations.
    for (const status of [200, 400, 401, 403, 404])
      assert.ok(statuses.has(status), `no ${status} among the answers`)
    assert.deepEqual(await foreign(), theirs)
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    assertStatus(await send(world.address, 'GET', '/readyz'), 200)
    assert.doesNotMatch(world.logged(), /canary-|"level":[56]0/)
  })
}

function seedOf(text: string): number {
  return text === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(text)
}

interface CorpusCase {
  name: string
  method: string
  /** `{p1}`, `{a1}` and the like stand for ids of the world. */
  path: string
  token?: 'oauth' | 'connect'
  headers?: Record<string, string>
  body?: string
  /** Bytes that are not text. */
  body_base64?: string
  /** Several where the databases may differ in how they say no. */
  status: number | number[]
}

test('G15-277 every failure that was ever found stays a case', async (t) => {
  const file = new URL('fuzz-corpus.json', import.meta.url)
  const corpus = JSON.parse(readFileSync(file, 'utf8')) as CorpusCase[]
  assert.ok(corpus.length > 0)
  assert.equal(new Set(corpus.map(({ name }) => name)).size, corpus.length)
  for (const database of ['memory', 'postgres'] as const)
    await t.test(database, (inner) => replay(inner, database, corpus))
})

async function replay(
  t: TestContext,
  database: 'memory' | 'postgres',
  corpus: readonly CorpusCase[],
): Promise<void> {
  const world = await openWorld(t, { database })
  const agent = fuzzAgent()
  t.after(() => agent.destroy())
  const ids: Record<string, string> = {
    p1: world.p1,
    p3: world.p3,
    ...world.accounts,
    oa: world.oauthAppId,
    c1: world.c1.id,
  }
  const bearers = { oauth: await world.token(), connect: await world.connectToken({ user: 'corpus' }) }
  const fill = (text: string) =>
    text.replace(
      /\{(p1|p3|a1d|a1|a2|a9|oa|c1|ctok)\}/g,
      (_whole, name: string) => ids[name] ?? bearers.connect,
    )
  for (const { name, method, path, token, headers = {}, body, body_base64, status } of corpus) {
    const bytes = body_base64 === undefined ? undefined : Buffer.from(body_base64, 'base64')
    const sent = body === undefined ? bytes : Buffer.from(fill(body))
    const request: SentRequest = {
      method,
      path: fill(path),
      headers: { ...headers, ...(token && { authorization: `Bearer ${bearers[token]}` }) },
      ...(sent && { body: sent }),
    }
    const answer = await sendFuzzed(world.address, agent, request)
    assert.equal(faultOf(request, answer), undefined, name)
    assert.ok(
      [status].flat().includes(answer.status),
      `${name}: ${answer.status} ${answer.text.slice(0, 200)}`,
    )
  }
  await assertInvariants(world.app)
}

async function materialOf(world: World): Promise<{ known: Known; tokens: string[] }> {
  const { a1, a2, a1d, a9 } = world.accounts
  // The round before may have set that its tokens need origins, which those made here have not.
  await world.app.db.write((tx) =>
    tx
      .updateTable('projects')
      .set({ allowed_origins_required_at: null })
      .where('id', '=', world.p1)
      .execute(),
  )
  world.app.projects.forget(world.p1)
  const place = { workspaceId: world.w1, project: world.p1, environment: 'production' } as const
  const fresh = await world.addAccount({ ...place, user: 'u1', app: 'acme_keys', canary: 'canary-fuzz' })
  const connect = await Promise.all(
    ['u1', 'u2', 'u3', 'u1'].map((user, i) =>
      world.connectToken({ user, ...(i === 3 ? { allowed_origins: ['https://app.test'] } : {}) }),
    ),
  )
  const oauth = [
    await world.token(),
    await world.token(),
    await world.token({ scope: 'connect:accounts:read' }),
  ]
  const apps = ['acme', 'acme_keys', 'github', 'no_such_app', world.oauthAppId]
  const known: Known = {
    project_id: [world.p1, world.p1, world.p2, world.p3, '-', 'proj_0123456789abcdef'],
    account_id: [fresh, a1, a2, a1d, a9, 'apn_0123456789abcdef'],
    external_user_id: ['u1', 'u2', 'u3', 'u9'],
    app_id: apps,
    app: apps,
    app_slug: ['acme', 'acme_keys', 'no_such_app'],
    file: ['acme.svg', 'nothing.js'],
    id: [world.oauthAppId, 'oa_0123456789abcdef'],
    oauth_app_id: [world.oauthAppId, 'oa_0123456789abcdef'],
    ctok: connect,
    connect_token: connect,
    token: [...connect, ...oauth],
    cfmap_json: [
      '{"api_key":"acme_demo_key"}',
      '{"api_key":"wrong"}',
      '{"api_key":7}',
      '{',
      '[]',
      '{"__proto__":{"polluted":"yes"}}',
      '{"api_key":"acme_\\u0000"}',
    ],
    limit: ['1', '100', '0', '1000'],
    include_credentials: ['true', 'false'],
    grant_type: ['client_credentials'],
    client_id: [world.c1.id],
    client_secret: [world.c1.secret],
    scope: ['*', 'connect:*', 'connect:accounts:read connect:proxy'],
    after: [Buffer.from('1795348801000:apn_x').toString('base64url')],
    before: [Buffer.from('1:x').toString('base64url')],
  }
  return {
    known,
    tokens: [...oauth, ...oauth, ...connect, 'garbage', 'ctok_0123456789abcdef0123456789abcdef'],
  }
}

/** As a line for fuzz-corpus.json, which somebody still has to name. */
function asCase({ method, path, headers, body }: SentRequest, world: World): string {
  const { authorization = '', ...rest } = headers
  const token = authorization.includes('ctok_') ? 'connect' : 'oauth'
  const plain = path
    .replaceAll(world.p1, '{p1}')
    .replaceAll(world.p3, '{p3}')
    .replace(/ctok_[0-9a-f]{32}/g, '{ctok}')
  return JSON.stringify({
    name: '',
    method,
    path: plain,
    token,
    headers: rest,
    body_base64: body?.toString('base64'),
  })
}
