/** Which OAuth app a flow uses when it names none: by project, environment and app, on both databases. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { proveProjectEnvironment, type ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { loadCatalog } from '../apps/catalog.ts'
import { builtInDir, compiledFile } from '../bootstrap/catalog-sources.ts'
import { migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import { ManualClock } from '../platform/clock.ts'
import { newKeyRingText, parseKeyRing } from '../platform/crypto/key-ring.ts'
import { openVault } from '../platform/crypto/vault.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import { testDatabases } from '../../test/databases.ts'
import { createOAuthApp } from './create-oauth-app.ts'
import { deleteOAuthApp } from './delete-oauth-app.ts'
import { findDefaultOAuthApp } from './find-oauth-app.ts'
import { listDefaultOAuthApps } from './list-default-oauth-apps.ts'
import { retrieveOAuthApp } from './retrieve-oauth-app.ts'
import { setDefaultOAuthApp } from './set-default-oauth-app.ts'
import { updateOAuthApp } from './update-oauth-app.ts'

const { catalog } = await loadCatalog({ builtInDir, compiledFile })
const actor = { kind: 'api_client', id: 'client_1' }
const production = proveProjectEnvironment('ws_1', 'proj_A', 'production')
const development = proveProjectEnvironment('ws_1', 'proj_A', 'development')
const elsewhere = proveProjectEnvironment('ws_1', 'proj_B', 'production')

async function openOAuthApps(t: TestContext, kind: (typeof testDatabases)[number]) {
  const database = await kind.open()
  const db = openDb(database.url, { durable: false })
  t.after(async () => {
    await db.close()
    await database.close()
  })
  await migrate(db)
  const times = { created_at: 1, updated_at: 1 }
  await db.write(async (tx) => {
    await tx
      .insertInto('workspaces')
      .values({ id: 'ws_1', name: 'W', ...times })
      .execute()
    for (const id of ['proj_A', 'proj_B']) {
      const nothing = { app_name: null, support_email: null, allowed_origins_required_at: null }
      await tx
        .insertInto('projects')
        .values({ id, workspace_id: 'ws_1', name: id, ...nothing, ...times })
        .execute()
    }
  })
  const app = {
    db,
    clock: new ManualClock('2026-11-22T12:00:00Z'),
    vault: openVault(parseKeyRing(newKeyRingText()), 'instance_1'),
    config: { publicUrl: 'https://auth.example.com' },
    catalog: { current: catalog },
  } as unknown as App
  let clients = 0
  // Another client each time: the same one again would be a repeat.
  const create = async (env: ProjectEnvironment = production, slug = 'github') => {
    const client = { client_id: `id-${(clients += 1)}`, client_secret: 'raw-secret' }
    return (await createOAuthApp(app, env, { app: slug, ...client }, actor)).id
  }
  const defaults = async (env: ProjectEnvironment) =>
    Object.fromEntries(
      (await listDefaultOAuthApps(app, env)).data.map((entry) => [entry.app, entry.oauth_app_id]),
    )
  return { app, create, defaults }
}

for (const kind of testDatabases) {
  test(`the first OAuth app of an app becomes its default in both environments, a later one does not (${kind.name})`, async (t) => {
    const { app, create, defaults } = await openOAuthApps(t, kind)
    const first = await create()
    const second = await create(development)
    const slack = await create(development, 'slack_v2')
    assert.notEqual(second, first)
    for (const env of [production, development]) {
      assert.deepEqual(await defaults(env), { github: first, slack_v2: slack })
      const found = await findDefaultOAuthApp(app, env, 'github')
      assert.deepEqual([found?.id, found?.clientSecret.reveal()], [first, 'raw-secret'])
    }
    assert.deepEqual(await defaults(elsewhere), {})
    assert.equal(await findDefaultOAuthApp(app, elsewhere, 'github'), undefined)
  })

  test(`of many created at once exactly one becomes the default (${kind.name})`, async (t) => {
    const { app, create, defaults } = await openOAuthApps(t, kind)
    const made = await Promise.all(Array.from({ length: 8 }, () => create()))
    const { github } = await defaults(production)
    assert.ok(made.includes(github!))
    assert.deepEqual(await defaults(development), { github })
    const entries = await app.db.read
      .selectFrom('audit_entries')
      .select('details')
      .where('action', '=', 'oauth_app.create')
      .execute()
    assert.equal(entries.filter(({ details }) => details.includes('"became_default":1')).length, 1)
  })

  test(`a default is set and ended in one environment alone, and goes with its OAuth app (${kind.name})`, async (t) => {
    const { app, create, defaults } = await openOAuthApps(t, kind)
    const first = await create()
    const second = await create()
    const set = (id: string | null) =>
      setDefaultOAuthApp(app, development, catalog.find('github')!.id, id, actor)
    assert.deepEqual(await set(second), { app: 'github', oauth_app_id: second })
    assert.deepEqual(
      [await defaults(development), await defaults(production)],
      [{ github: second }, { github: first }],
    )

    assert.deepEqual(await set(null), { app: 'github', oauth_app_id: null })
    assert.deepEqual([await defaults(development), await defaults(production)], [{}, { github: first }])
    const third = await create()
    assert.deepEqual(
      await defaults(development),
      {},
      'ended on purpose: a further OAuth app does not bring it back',
    )

    await deleteOAuthApp(app, production, first, actor)
    assert.deepEqual(await defaults(production), {})
    for (const id of [second, third]) await deleteOAuthApp(app, production, id, actor)
    const again = await create()
    assert.deepEqual(
      [await defaults(development), await defaults(production)],
      [{ github: again }, { github: again }],
    )
  })

  test(`a default must be the project's own OAuth app, for that very app (${kind.name})`, async (t) => {
    const { app, create, defaults } = await openOAuthApps(t, kind)
    const own = await create()
    const slack = await create(production, 'slack_v2')
    const foreign = await create(elsewhere)
    const set = (slug: string, id: string | null) => setDefaultOAuthApp(app, production, slug, id, actor)
    for (const id of [foreign, 'oa_unknown', 'oa_\0', ''])
      await assert.rejects(set('github', id), NotFound, JSON.stringify(id))
    await assert.rejects(set('no_such_app', own), NotFound)
    await assert.rejects(set('github', slack), BadRequest)
    assert.deepEqual(await defaults(production), { github: own, slack_v2: slack })
  })

  test(`every change leaves an audit entry, and none holds a secret; a refused one leaves none (${kind.name})`, async (t) => {
    const { app, create } = await openOAuthApps(t, kind)
    const id = await create()
    await updateOAuthApp(app, production, id, { client_secret: 'raw-secret-2', name: 'typed name' }, actor)
    await updateOAuthApp(app, production, id, {}, actor)
    await setDefaultOAuthApp(app, development, 'github', null, actor)
    await assert.rejects(deleteOAuthApp(app, elsewhere, id, actor), NotFound)
    await deleteOAuthApp(app, production, id, actor)
    const entries = await app.db.read.selectFrom('audit_entries').selectAll().execute()
    const told = entries.map(({ action, target, details }) => [action, target, JSON.parse(details)] as const)
    const order = ['oauth_app.create', 'oauth_app.update', 'default_oauth_app.update', 'oauth_app.delete']
    assert.deepEqual(
      told.toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)),
      [
        ['oauth_app.create', id, { app: 'github', became_default: 1 }],
        ['oauth_app.update', id, { changed: 'name client_secret' }],
        ['default_oauth_app.update', null, { app: 'github', environment: 'development' }],
        ['oauth_app.delete', id, { app: 'github' }],
      ],
    )
    assert.ok(entries.every((entry) => entry.actor_id === 'client_1' && entry.project_id === 'proj_A'))
    assert.doesNotMatch(JSON.stringify(entries), /raw-secret|typed name/)
  })

  test(`an id can be preset, and an OAuth app outlives its app in the catalogue (${kind.name})`, async (t) => {
    const { app } = await openOAuthApps(t, kind)
    const body = { app: 'github', client_id: 'id', client_secret: 'raw-secret' }
    const made = await createOAuthApp(app, production, body, actor, 'oa_preset1')
    assert.equal(made.redirect_uri, 'https://auth.example.com/connect/oauth/oa_preset1/callback')
    app.catalog.current = { find: () => undefined, list: () => [] }
    const left = await retrieveOAuthApp(app, production, 'oa_preset1')
    assert.deepEqual(left, {
      ...made,
      name: 'github',
      description: null,
      custom_fields_json: '[]',
      categories: [],
      featured_weight: 0,
      scope_profiles: [],
    })
    await deleteOAuthApp(app, production, 'oa_preset1', actor)
  })
}
