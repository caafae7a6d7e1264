/** G3-61: every route with every scope, against the table beside this file. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { App } from '../../src/app.ts'
import { createServer } from '../../src/http/server.ts'
import { type Answer, assert403, assert403Scope, assertStatus, jsonOf, send, type Sent } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { newOAuthApp, NO_SCOPE, opens, type Probe, SCOPES, table, type Target } from './g3-scope-table.ts'
import { openWorld, type World } from './harness.ts'

/** The client proves itself in the body; a bearer means nothing there. */
// The signer of OAuth 1 asks for the account's own token and its secret.
const WITHOUT_BEARER = /^[A-Z]+ \/v1\/(oauth|connect\/oauth1)\//

interface Case {
  name: string
  method: string
  path: string
  sent: Sent
  judge: (answer: Answer) => void
}

test('G3-61 full matrix: every route under /v1, every scope, both kinds of token', async (t) => {
  const world = await openWorld(t)
  const all = await world.token()
  assert.deepEqual(
    (await mountedRoutes(world.app)).filter((route) => !WITHOUT_BEARER.test(route)),
    table.map(({ route }) => route).toSorted(),
    'the table has another set of routes than the server',
  )

  const category = await firstCategory(world, all)
  const allowed: Case[] = []
  const refused: Case[] = []
  let nth = 0
  for (const scope of [NO_SCOPE, ...SCOPES]) {
    const accessToken = await accessTokenWith(world, scope)
    for (const probe of table) {
      const kinds = scope === '*' ? (['access'] as const) : (['access', 'connect'] as const)
      for (const kind of kinds) {
        nth += 1
        const target = await aim(
          world,
          all,
          category,
          probe,
          `m${nth}`,
          kind === 'connect' ? scope : 'connect:*',
        )
        const token = kind === 'access' ? accessToken : target.connectToken
        const name = `${probe.route} with ${kind} token "${scope}"`
        const sent = { token, ...(probe.body && { body: probe.body(target) }) }
        const one = { name, method: methodOf(probe), path: probe.path(target), sent }
        const mayCall = kind === 'access' || probe.callers === 'both'
        if (!mayCall) refused.push({ ...one, judge: (answer) => assert403(answer, 'caller_not_allowed') })
        else if (!opens(scope, probe.scope))
          refused.push({ ...one, judge: (answer) => assert403Scope(answer, probe.scope) })
        else allowed.push({ ...one, judge: (answer) => assertStatus(answer, probe.success ?? 200) })
      }
    }
  }
  assert.equal(allowed.length + refused.length, table.length * (17 + 16))

  const before = await world.state()
  await runAll(world, refused)
  assertNothingMoved(before, await world.state())
  await runAll(world, allowed)
})

test('G3-61 everything but the scope that is needed is not enough', async (t) => {
  const world = await openWorld(t)
  const all = await world.token()
  const before = await world.state()
  const target: Target = {
    project: world.p1,
    category: await firstCategory(world, all),
    user: 'u1',
    account: world.accounts.a1,
    oauthApp: world.oauthAppId,
    connectToken: 'ctok_0123456789abcdef0123456789abcdef',
  }
  for (const probe of table.filter(({ scope }) => scope.startsWith('connect:'))) {
    const others = SCOPES.filter((scope) => !opens(scope, probe.scope)).join(' ')
    const token = await world.token({ scope: others })
    const sent = { token, body: probe.body?.(target) }
    const answer = await send(world.address, methodOf(probe), probe.path(target), sent)
    assert403Scope(answer, probe.scope)
  }
  assertNothingMoved(before, await world.state())
})

const methodOf = (probe: Probe) => probe.route.split(' ')[0]!

async function firstCategory(world: World, token: string): Promise<string> {
  const categories = await send(world.address, 'GET', '/v1/connect/app_categories', { token })
  return jsonOf<{ id: string }[]>(categories)[0]!.id
}

/** Every route under /v1 that the server mounts, in the spelling of the table. */
async function mountedRoutes(app: App): Promise<string[]> {
  const found: string[] = []
  const http = await createServer(app, {
    prepare: async (server) => {
      server.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) found.push(`${one} ${url}`)
      })
    },
  })
  await http.close()
  return found
    .filter((route) => route.includes(' /v1/'))
    .map((route) => route.replace('/v1/connect/:project_id', '{P}').replace(/:\w+/g, '{id}'))
    .toSorted()
}

/** The scope parameter cannot ask for nothing, so for that the client's ceiling is lowered after the token was issued. */
async function accessTokenWith(world: World, scope: string): Promise<string> {
  if (scope !== NO_SCOPE) return world.token({ scope })
  const client = await world.addClient(world.w1)
  const token = await world.token({ client })
  await world.app.db.write((tx) =>
    tx.updateTable('api_clients').set({ scopes: '[]' }).where('id', '=', client.id).execute(),
  )
  world.app.accessTokens.forget(client.id)
  return token
}

async function aim(
  world: World,
  all: string,
  category: string,
  probe: Probe,
  user: string,
  scope: string,
): Promise<Target> {
  const connectToken = await issueConnectToken(world, all, user, scope)
  let account = world.accounts.a1
  if (probe.own === 'account') {
    const place = { workspaceId: world.w1, project: world.p1, environment: 'production' as const }
    account = await world.addAccount({ ...place, user, app: 'acme_keys', canary: user })
  }
  let oauthApp = world.oauthAppId
  if (probe.own === 'oauthApp') {
    const path = `/v1/connect/${world.p1}/oauth_apps`
    oauthApp = String(
      jsonOf(await send(world.address, 'POST', path, { token: all, body: newOAuthApp() }))['id'],
    )
  }
  return { project: world.p1, category, user, account, oauthApp, connectToken }
}

async function issueConnectToken(world: World, all: string, user: string, scope: string): Promise<string> {
  const body = { external_user_id: user, scope: scope === NO_SCOPE ? 'connect:proxy' : scope }
  const answer = await send(world.address, 'POST', `/v1/connect/${world.p1}/tokens`, { token: all, body })
  assertStatus(answer, 200)
  if (scope === NO_SCOPE) {
    const { id } = await world.app.db.read
      .selectFrom('external_users')
      .select('id')
      .where('external_id', '=', user)
      .executeTakeFirstOrThrow()
    await world.app.db.write((tx) =>
      tx.updateTable('connect_tokens').set({ scopes: '[]' }).where('external_user_id', '=', id).execute(),
    )
  }
  return String(jsonOf(answer)['token'])
}

async function runAll(world: World, cases: readonly Case[]): Promise<void> {
  const left = cases.values()
  const worker = async () => {
    for (const one of left) {
      const answer = await send(world.address, one.method, one.path, one.sent)
      try {
        one.judge(answer)
      } catch (error) {
        throw new Error(one.name, { cause: error })
      }
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}
