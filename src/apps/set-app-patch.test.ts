/** Proves what the database layer takes: sound definitions only, and where people's credentials go only when that was said aloud. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createTestServer } from '../create-test-server.ts'
import { testDatabases } from '../../test/databases.ts'
import { setAppPatch, unsetAppPatch } from './set-app-patch.ts'

const KEYS = `a:${Buffer.alloc(32, 7).toString('base64')}`

async function world(t: TestContext, open: (typeof testDatabases)[number]['open']) {
  const { url, close } = await open()
  const env = {
    DATABASE_URL: url,
    HEADGATE_KEYS: KEYS,
    HEADGATE_BOOTSTRAP_PROJECT_ID: 'proj_A',
    HEADGATE_BOOTSTRAP_CLIENT_ID: 'client_A',
    HEADGATE_BOOTSTRAP_CLIENT_SECRET: 's'.repeat(40),
  }
  const { app, projectId, close: stop } = await createTestServer({ env })
  t.after(async () => {
    await stop()
    await close()
  })
  const connect = (slug: string) =>
    app.db.write(async (tx) => {
      const of = {
        project_id: projectId,
        environment: 'production' as const,
        external_id: slug,
        created_at: 1,
        updated_at: 1,
      }
      await tx
        .insertInto('external_users')
        .values({ ...of, id: `exu_${slug}` })
        .execute()
      const account = { id: `apn_${slug}`, external_user_id: `exu_${slug}`, app_slug: slug }
      await tx
        .insertInto('accounts')
        .values({ ...of, ...account })
        .execute()
    })
  const workspaceId = (await app.db.read.selectFrom('workspaces').select('id').executeTakeFirstOrThrow()).id
  const request = (name: string, confirmed = false) => ({
    name,
    confirmed,
    workspaceId,
    actor: { kind: 'operator', id: null },
  })
  const audited = () =>
    app.db.read
      .selectFrom('audit_entries')
      .where('action', 'in', ['app.set', 'app.unset'])
      .select(['action', 'target', 'details', 'workspace_id'])
      .orderBy('at')
      .orderBy('id')
      .execute()
  return { app, connect, request, audited, workspaceId }
}

for (const { name: kind, open } of testDatabases)
  test(`where the credentials of connected people go is changed only on a second word, and audited (${kind})`, async (t) => {
    const { app, connect, request, audited, workspaceId } = await world(t, open)
    const elsewhere = { oauth: { token_url: 'https://tokens.example/token' } }
    await setAppPatch(app, request('github'), elsewhere)
    assert.equal((await audited()).length, 1, 'nobody has connected it: no question')
    await unsetAppPatch(app, request('github'))

    await connect('github')
    await connect('gmail')
    await setAppPatch(app, request('github'), { description: 'Ours', categories: ['Code'] })
    const asks: [name: string, content: unknown, what: string][] = [
      ['github', elsewhere, '$.oauth.token_url'],
      ['github', { proxy: { base_url: 'https://api.github.com/v4' } }, '$.proxy.base_url'],
      [
        'github',
        { proxy: { allowed_domains: ['api.github.com', '*.github.com'] } },
        '$.proxy.allowed_domains[1]',
      ],
      ['_google', elsewhere, '$.oauth.token_url'],
    ]
    for (const [name, content, what] of asks)
      await assert.rejects(setAppPatch(app, request(name), content), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'confirmation_needed')
        assert.ok(error.message.includes(`${name === '_google' ? 'gmail' : name} (${what}`), error.message)
        assert.doesNotMatch(error.message, /google_drive/, 'nobody has connected it')
        return true
      })
    const before = await audited()
    assert.equal(app.catalog.current.find('github')?.description, 'Ours', 'what was refused changed nothing')
    assert.equal(app.catalog.current.find('github')?.oauth?.token_url.includes('tokens.example'), false)

    await setAppPatch(app, request('_google', true), elsewhere)
    assert.equal(app.catalog.current.find('google_drive')?.oauth?.token_url, 'https://tokens.example/token')
    const entry = (await audited()).find(({ target }) => target === '_google')!
    assert.deepEqual([entry.action, entry.workspace_id], ['app.set', workspaceId])
    assert.deepEqual(JSON.parse(entry.details), { changed: '$.oauth.token_url', connected: 'gmail' })
    assert.equal((await audited()).length, before.length + 1)
    await assert.rejects(unsetAppPatch(app, request('_google')), { code: 'confirmation_needed' })
    await unsetAppPatch(app, request('_google', true))
    assert.equal(app.catalog.current.find('gmail')?.oauth?.token_url, 'https://oauth2.googleapis.com/token')
  })

test('only what is sound is taken, nothing else is written, and an app that people use does not just go', async (t) => {
  const { app, connect, request, audited } = await world(t, testDatabases[0]!.open)
  for (const bad of [
    { nmae: 'x' },
    'text',
    [],
    null,
    { auth_type: 'oauth', oauth: null },
    { name_slug: 'x' },
  ])
    await assert.rejects(setAppPatch(app, request('github', true), bad), { code: 'bad_app_definition' })
  await assert.rejects(setAppPatch(app, request('Git Hub'), {}), /small letters, digits and underscores/)
  await assert.rejects(unsetAppPatch(app, request('github')), { name: 'NotFound' })
  assert.deepEqual(await audited(), [])
  assert.deepEqual(await app.db.read.selectFrom('catalog_patches').selectAll().execute(), [])

  const mine = {
    schema_version: 1,
    name: 'Mine',
    auth_type: 'keys',
    custom_fields: [{ name: 'api_key', type: 'password' }],
    proxy: {
      base_url: 'https://api.mine.example',
      allowed_domains: ['api.mine.example'],
      auth: { type: 'header', name: 'x-api-key', value: '{{custom_fields.api_key}}' },
    },
  }
  await setAppPatch(app, request('mine'), mine)
  await connect('mine')
  assert.equal(app.catalog.current.find('mine')?.name, 'Mine')
  await assert.rejects(unsetAppPatch(app, request('mine')), /mine \(it leaves the catalogue\)/)
  await unsetAppPatch(app, request('mine', true))
  assert.equal(app.catalog.current.find('mine'), undefined)
})
