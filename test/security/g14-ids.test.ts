/** G14: neither an id nor the time an answer takes reveals anything of others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { createConnectToken } from '../../src/connect-tokens/create-connect-token.ts'
import { createProject } from '../../src/projects/create-project.ts'
import { assertStatus, send } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { openWorld, operator, type World } from './harness.ts'

test('G14-266 an id tells neither order nor number', async (t) => {
  const world = await openWorld(t)
  const { app, w1, p1 } = world
  const env = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'production' })
  const kinds: Record<string, string[]> = {
    account: [],
    user: [],
    session: [],
    token: [],
    project: [],
    client: [],
  }
  const order: string[] = []
  for (let i = 0; i < 1000; i += 1) {
    const user = `id-${i}`
    order.push(user)
    kinds['token']!.push((await createConnectToken(app, env, { external_user_id: user })).token)
    const place = { workspaceId: w1, project: p1, environment: 'production' } as const
    kinds['account']!.push(await world.addAccount({ ...place, user, app: 'acme_keys', canary: 'x' }))
    if (i % 4 > 0) continue
    kinds['project']!.push(await createProject(app, w1, { name: 'p' }, operator))
    kinds['client']!.push((await world.addClient(w1)).id)
  }
  const tokens = await app.db.read
    .selectFrom('connect_tokens')
    .select(['external_id', 'external_user_id', 'connect_session_id'])
    .execute()
  const byUser = new Map(tokens.map((row) => [row.external_id, row]))
  for (const user of order) {
    const row = byUser.get(user)!
    assert.ok(Number.isSafeInteger(row.connect_session_id))
    kinds['user']!.push(row.external_user_id)
    kinds['session']!.push(String(row.connect_session_id).padStart(16, '0'))
  }
  for (const [kind, ids] of Object.entries(kinds)) {
    assert.equal(new Set(ids).size, ids.length, kind)
    const bare = ids.map((id) => id.slice(/^[a-z]+_(?=.{16}$)|^ctok_/.exec(id)?.[0].length ?? 0))
    // Rank correlation with the order of creation: 0 by chance, with a deviation of 1/sqrt(n).
    const ranks = bare.map((id, made) => ({ id, made })).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const n = ids.length
    const distance = ranks.reduce((sum, { made }, rank) => sum + (made - rank) ** 2, 0)
    const correlation = 1 - (6 * distance) / (n * (n * n - 1))
    assert.ok(Math.abs(correlation) < 5.5 / Math.sqrt(n), `${kind}: ${correlation}`)
    for (let at = 0; at < (kind === 'session' ? 1 : 12); at += 1) {
      const counts = new Map<string, number>()
      for (const id of bare) counts.set(id[at]!, (counts.get(id[at]!) ?? 0) + 1)
      assert.ok(Math.max(...counts.values()) < n / 3, `${kind}: place ${at} is nearly always the same`)
    }
  }
})

test('G14-267 a foreign id takes as long as an unknown one', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const narrow = await world.connectToken()
  const P = `/v1/connect/${world.p1}/accounts`
  const before = await world.state()
  const pairs: [string, string, string][] = [
    [`${P}/${world.accounts.a9}`, `${P}/apn_0123456789abcdef`, token],
    [`${P}/${world.accounts.a2}`, `${P}/apn_0123456789abcdef`, narrow],
    [`/v1/connect/${world.p3}/accounts`, '/v1/connect/proj_0123456789abcdef/accounts', token],
  ]
  for (const [foreign, unknown, bearer] of pairs) {
    let separation = await separationOf(world, foreign, unknown, bearer, 700)
    // By chance, or because the machine was busy; a real difference would be there again.
    if (separation > 0.06) separation = await separationOf(world, foreign, unknown, bearer, 2000)
    assert.ok(separation <= 0.06, `${foreign}: told apart with probability ${0.5 + separation}`)
  }
  assertNothingMoved(before, await world.state())
})

/** How much better than a coin the slower one of the two can be told: 0 is not at all, 0.5 always. */
async function separationOf(world: World, one: string, other: string, token: string, rounds: number) {
  const times: { path: string; ms: number }[] = []
  for (let i = 0; i < rounds; i += 1) {
    for (const path of Math.random() < 0.5 ? [one, other] : [other, one]) {
      const start = performance.now()
      assertStatus(await send(world.address, 'GET', path, { token }), 404)
      times.push({ path, ms: performance.now() - start })
    }
  }
  const ranked = times.toSorted((a, b) => a.ms - b.ms)
  const sum = ranked.reduce((total, { path }, rank) => total + (path === one ? rank + 1 : 0), 0)
  const auc = (sum - (rounds * (rounds + 1)) / 2) / (rounds * rounds)
  return Math.abs(auc - 0.5)
}
