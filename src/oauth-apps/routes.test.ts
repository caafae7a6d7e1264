/** OAuth apps over HTTP, on both databases: what goes in, what comes out, who sees it, and what is left in the tables. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { fastify } from 'fastify'
import { type Kysely, sql } from 'kysely'
import { proveProjectEnvironment } from '../access/project-environment.ts'
import { routePolicies } from '../access/route-policies.ts'
import type { App } from '../app.ts'
import { loadCatalog } from '../apps/catalog.ts'
import { builtInDir, compiledFile } from '../bootstrap/catalog-sources.ts'
import { migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import type { EnvironmentName, Tables } from '../db/tables.ts'
import { errorAnswer } from '../http/error-body.ts'
import type { Http } from '../http/http.ts'
import { ManualClock } from '../platform/clock.ts'
import { newKeyRingText, parseKeyRing } from '../platform/crypto/key-ring.ts'
import { openVault, SealBroken } from '../platform/crypto/vault.ts'
import { readJsonBody } from '../platform/request-body.ts'
import { testDatabases } from '../../test/databases.ts'
import { findOAuthApp } from './find-oauth-app.ts'
import { oauthAppRoutes } from './routes.ts'

const { catalog } = await loadCatalog({ builtInDir, compiledFile })
const SECRET = 'raw-upstream-secret-5f1c'
const GITHUB = { app: 'github', client_id: 'Iv1.abc', client_secret: SECRET }
const NOT_FOUND = '{"error":"Not found"}'

type Wire = Record<string, unknown> & { id: string }

async function scenario(t: TestContext, kind: (typeof testDatabases)[number]) {
  const database = await kind.open()
  const db = openDb(database.url, { durable: false })
  await migrate(db)
  const clock = new ManualClock('2026-11-22T12:00:00Z')
  const row = { workspace_id: 'ws_1', created_at: clock.now(), updated_at: clock.now() }
  await db.write(async (tx) => {
    const { workspace_id: id, ...times } = row
    await tx
      .insertInto('workspaces')
      .values({ id, name: 'W', ...times })
      .execute()
    for (const project of ['proj_A', 'proj_B']) {
      const nothing = { app_name: null, support_email: null, allowed_origins_required_at: null }
      await tx
        .insertInto('projects')
        .values({ id: project, name: project, ...nothing, ...row })
        .execute()
    }
  })
  const vault = openVault(parseKeyRing(newKeyRingText()), 'instance_1')
  const config = { publicUrl: 'https://auth.example.com' }
  const app = { db, clock, vault, config, catalog: { current: catalog } } as unknown as App
  const env = (project = 'proj_A', environment: EnvironmentName = 'production') =>
    proveProjectEnvironment('ws_1', project, environment)

  const http = fastify({
    exposeHeadRoutes: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }) as unknown as Http
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) =>
    readJsonBody(body),
  )
  const routes: string[] = []
  http.addHook('onRoute', ({ method, url }) => void routes.push(`${String(method)} ${url}`))
  // Stands for admission, which has its own tests.
  http.addHook('onRequest', async (request) => {
    const { project_id } = request.params as { project_id: string }
    request.projectEnvironment = env(project_id, request.headers['x-pd-environment'] as EnvironmentName)
    request.caller = { kind: 'api_client', clientId: 'client_1' } as never
  })
  http.setErrorHandler((error, _request, reply) => {
    const { status, body } = errorAnswer(error, false)
    return reply.code(status).send(body)
  })
  oauthAppRoutes(http, app)
  await http.ready()
  t.after(async () => {
    await http.close()
    await db.close()
    await database.close()
  })

  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    where = {},
  ) => {
    const { project, environment } = { project: 'proj_A', environment: 'production', ...where }
    const answer = await http.inject({
      method,
      url: `/v1/connect/${project}/${path}`,
      headers: { 'x-pd-environment': environment, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    const text = answer.body
    return { status: answer.statusCode, text, body: (text ? JSON.parse(text) : {}) as Wire }
  }
  const create = async (changes: object = {}, where = {}) => {
    clock.advance(1000)
    const answer = await call('POST', 'oauth_apps', { ...GITHUB, ...changes }, where)
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }
  const connectAccount = (oauthAppId: string, environment: EnvironmentName) =>
    db.write(async (tx) => {
      const of = { project_id: 'proj_A', environment, external_id: 'u', created_at: 1, updated_at: 1 }
      await tx
        .insertInto('external_users')
        .values({ id: 'exu_1', ...of })
        .execute()
      const account = { id: 'apn_1', external_user_id: 'exu_1', app_slug: 'github', oauth_app_id: oauthAppId }
      await tx
        .insertInto('accounts')
        .values({ ...account, ...of })
        .execute()
    })
  return { app, db, clock, env, routes, call, create, connectAccount }
}

/** Every value of every row, as one text. */
async function everythingStored(db: Kysely<Tables>): Promise<string> {
  const tables = await db.introspection.getTables()
  const rows = await Promise.all(tables.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(db)))
  return JSON.stringify(rows)
}

for (const kind of testDatabases) {
  const scenarioTest = (
    name: string,
    run: (s: Awaited<ReturnType<typeof scenario>>, t: TestContext) => Promise<void>,
  ) => void test(`${name} (${kind.name})`, async (t) => run(await scenario(t, kind), t))

  scenarioTest('every route has a policy and every policy a route', async ({ routes }) => {
    const policies = Object.keys(routePolicies).filter((name) => /\/(default_)?oauth_apps(\/|$)/.test(name))
    assert.deepEqual(routes.toSorted(), policies.toSorted())
  })

  scenarioTest('a new OAuth app comes back with its app, and never its secret', async (s) => {
    const made = await s.create({
      name: 'Our GitHub',
      description: 'main',
      scopes: ['repo', 'user:email'],
      id: 'oa_mine',
    })
    assert.match(made.id, /^oa_[0-9A-Za-z]{16}$/)
    const github = catalog.find('github')!
    assert.deepEqual(made, {
      id: made.id,
      client_id: 'Iv1.abc',
      scopes: ['repo', 'user:email'],
      additional_scopes: null,
      redirect_uri: `https://auth.example.com/connect/oauth/${made.id}/callback`,
      owner_id: 'proj_A',
      created_at: '2026-11-22T12:00:01.000Z',
      updated_at: '2026-11-22T12:00:01.000Z',
      name_slug: 'github',
      name: 'Our GitHub',
      auth_type: 'oauth',
      description: 'main',
      img_src: 'https://auth.example.com/_static/apps/github.svg',
      custom_fields_json: made['custom_fields_json'],
      categories: [...github.categories],
      featured_weight: github.featured_weight,
      scope_profiles: made['scope_profiles'],
    })
    const found = await s.call('GET', `oauth_apps/${made.id}`, undefined, { environment: 'development' })
    assert.deepEqual(found.body, made)
    assert.equal((await s.create({ app: github.id }))['name'], github.name)
    assert.ok(!found.text.includes(SECRET))
  })

  scenarioTest('the secret is sealed: no column has it, and it opens only in its place', async (s) => {
    const one = await s.create()
    const other = await s.create({ client_secret: 'second-raw-secret' })
    await s.call('PUT', `oauth_apps/${other.id}`, { client_secret: 'third-raw-secret' })
    const stored = await everythingStored(s.db.read)
    assert.ok(stored.includes(one.id))
    for (const secret of [SECRET, 'second-raw-secret', 'third-raw-secret'])
      assert.ok(!stored.includes(secret))

    const found = await findOAuthApp(s.app, s.env(), one.id)
    assert.equal(found?.clientSecret.reveal(), SECRET)
    assert.ok(!JSON.stringify(found).includes(SECRET))
    assert.equal((await findOAuthApp(s.app, s.env(), other.id))?.clientSecret.reveal(), 'third-raw-secret')
    const sealed = await s.db.read
      .selectFrom('oauth_apps')
      .select('client_secret')
      .where('id', '=', one.id)
      .executeTakeFirstOrThrow()
    await s.db.write((tx) => tx.updateTable('oauth_apps').set(sealed).where('id', '=', other.id).execute())
    await assert.rejects(findOAuthApp(s.app, s.env(), other.id), SealBroken)
  })

  scenarioTest('an update changes what it names and nothing else', async (s) => {
    const made = await s.create({ name: 'N', description: 'D', additional_scopes: ['gist'] })
    s.clock.advance(1000)
    const hostile = { client_id: 'new', app: 'slack_v2', project_id: 'proj_B', id: 'oa_x', created_at: 1 }
    const changed = await s.call('PUT', `oauth_apps/${made.id}`, { ...hostile, name: null, scopes: ['repo'] })
    assert.deepEqual(changed.body, {
      ...made,
      client_id: 'new',
      name: catalog.find('github')!.name,
      scopes: ['repo'],
      updated_at: '2026-11-22T12:00:02.000Z',
    })
    const found = await findOAuthApp(s.app, s.env(), made.id)
    assert.equal(found?.clientSecret.reveal(), SECRET)
    assert.deepEqual([found?.name, found?.additionalScopes], [null, ['gist']])
    s.clock.advance(1000)
    assert.deepEqual((await s.call('PUT', `oauth_apps/${made.id}`, {})).body, changed.body)
  })

  scenarioTest('another project sees, changes and deletes nothing', async (s) => {
    const made = await s.create()
    const abroad = { project: 'proj_B' }
    for (const id of [made.id, 'oa_unknown', 'nonsense', 'oa_%00', 'oa_1%20or%201']) {
      for (const [method, body] of [['GET'], ['PUT', { name: 'taken' }], ['DELETE']] as const) {
        const answer = await s.call(method, `oauth_apps/${id}`, body, abroad)
        assert.deepEqual([answer.status, answer.text], [404, NOT_FOUND], `${method} ${id}`)
      }
    }
    const byDefault = await s.call('PUT', 'default_oauth_apps/github', { oauth_app_id: made.id }, abroad)
    assert.deepEqual([byDefault.status, byDefault.text], [404, NOT_FOUND])
    assert.deepEqual((await s.call('GET', 'oauth_apps', undefined, abroad)).body['data'], [])
    assert.deepEqual((await s.call('GET', 'default_oauth_apps', undefined, abroad)).body['data'], [])
    assert.equal(await findOAuthApp(s.app, s.env('proj_B'), made.id), undefined)
    assert.deepEqual((await s.call('GET', `oauth_apps/${made.id}`)).body, made)
  })

  scenarioTest('a list is newest first, in pages, filtered by app and by literal text', async (s) => {
    const names = ['a%b', 'A_c', 'back\\slash', null]
    const made: string[] = []
    for (const name of names) made.unshift((await s.create({ name, client_id: `id-${made.length}` })).id)
    const slack = await s.create({ app: 'slack_v2', name: 'a_slack' })
    await s.create({ name: 'a%b' }, { project: 'proj_B' })
    const list = async (query: string) => {
      const { status, body, text } = await s.call('GET', `oauth_apps${query}`)
      assert.equal(status, 200, text)
      const info = body['page_info'] as Record<string, never>
      return { ids: (body['data'] as Wire[]).map(({ id }) => id), info }
    }
    const all = [slack.id, ...made]
    const first = await list('?limit=3')
    assert.deepEqual([first.ids, first.info['count'], first.info['total_count']], [all.slice(0, 3), 3, 5])
    const second = await list(`?limit=3&after=${first.info['end_cursor']}`)
    assert.deepEqual([second.ids, second.info['end_cursor']], [all.slice(3), null])
    assert.deepEqual((await list(`?limit=2&before=${second.info['start_cursor']}`)).ids, all.slice(1, 3))

    const github = await list(`?app=${catalog.find('github')!.id}`)
    assert.deepEqual([github.ids, github.info['total_count']], [made, 4])
    assert.deepEqual(await list('?app=nothing'), {
      ids: [],
      info: { count: 0, total_count: 0, start_cursor: null, end_cursor: null },
    })
    const [, backslash, underscore, percent] = made
    for (const [q, expected] of [
      ['%25', [percent]],
      ['_', [slack.id, underscore]],
      ['A_', [slack.id, underscore]],
      ['%5C', [backslash]],
      ['id-3', [made[0]]],
      ["'%20or%20'1'='1", []],
    ] as const) {
      const found = await list(`?q=${q}`)
      assert.deepEqual([found.ids, found.info['total_count']], [expected, null], q)
    }
  })

  scenarioTest('it cannot be deleted while an account of either environment uses it', async (s) => {
    const made = await s.create()
    await s.connectAccount(made.id, 'development')
    const refused = await s.call('DELETE', `oauth_apps/${made.id}`)
    assert.equal(refused.status, 400)
    assert.equal(refused.body['code'], 'oauth_app_in_use')
    const { total_count } = (await s.call('GET', 'oauth_apps')).body['page_info'] as Wire
    assert.equal(total_count, 1)
    assert.deepEqual((await s.call('GET', `oauth_apps/${made.id}`)).body, made)

    await s.db.write((tx) => tx.deleteFrom('accounts').execute())
    const deleted = await s.call('DELETE', `oauth_apps/${made.id}`)
    assert.deepEqual([deleted.status, deleted.text], [204, ''])
    assert.equal((await s.call('GET', `oauth_apps/${made.id}`)).status, 404)
    assert.equal((await s.call('DELETE', `oauth_apps/${made.id}`)).status, 404)
    assert.deepEqual((await s.call('GET', 'oauth_apps')).body, {
      data: [],
      page_info: { count: 0, total_count: 0, start_cursor: null, end_cursor: null },
    } as never)
  })
}
