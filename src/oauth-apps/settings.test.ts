/** What a provider gives an operator beside the client, over HTTP and on both databases. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import { createTestServer } from '../create-test-server.ts'
import { newKeyRingText } from '../platform/crypto/key-ring.ts'
import { SealBroken } from '../platform/crypto/vault.ts'
import { testDatabases } from '../../test/databases.ts'
import { findOAuthApp } from './find-oauth-app.ts'
import { upstreamClient } from './upstream-client.ts'

const CLIENT = { app: 'google_ads', client_id: 'ads-client', client_secret: 'raw-client-secret' }

for (const kind of testDatabases)
  test(`I3, google_ads: settings are sealed, never returned, replaced whole and cleared (${kind.name})`, async (t) => {
    const database = await kind.open()
    const server = await createTestServer({
      env: { DATABASE_URL: database.url, HEADGATE_KEYS: newKeyRingText().trim() },
    })
    t.after(async () => {
      await server.close()
      await database.close()
    })
    const { app, projectId, url } = server
    const send = (path: string, method: string, body: unknown, headers = {}) =>
      fetch(new URL(path, url), {
        method,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      })
    const { access_token } = (await (
      await send('/v1/oauth/token', 'POST', {
        grant_type: 'client_credentials',
        client_id: server.clientId,
        client_secret: server.clientSecret,
      })
    ).json()) as { access_token: string }
    const call = async (method: string, id: string, body: unknown) => {
      const path = `/v1/connect/${projectId}/oauth_apps${id}`
      const answer = await send(path, method, body, { authorization: `Bearer ${access_token}` })
      const text = await answer.text()
      assert.ok(!text.includes('raw-'), 'nothing secret comes back')
      return { status: answer.status, id: (JSON.parse(text) as { id: string }).id }
    }
    const project = await app.projects.find(projectId)
    const env = projectEnvironmentOfRow(project?.workspace_id ?? '', {
      project_id: projectId,
      environment: 'production',
    })
    const client = async (id: string) => {
      const found = await findOAuthApp(app, env, id)
      assert.ok(found && !JSON.stringify(found).includes('raw-'))
      return upstreamClient(found)
    }

    const settings = { developer_token: 'raw-developer-token', name: 'Ours' }
    const made = await call('POST', '', { ...CLIENT, name: 'Ads', settings })
    assert.equal(made.status, 200)
    assert.deepEqual(await client(made.id), { id: 'ads-client', secret: 'raw-client-secret', settings })
    const rows = await sql`select * from oauth_apps`.execute(app.db.read)
    assert.ok(!JSON.stringify(rows).includes('raw-'))

    await call('PUT', `/${made.id}`, { name: 'Renamed' })
    assert.deepEqual((await client(made.id)).settings, settings, 'what is not named stays')
    await call('PUT', `/${made.id}`, { settings: { key_id: 'k1' } })
    assert.deepEqual((await client(made.id)).settings, { name: 'Renamed', key_id: 'k1' })
    await call('PUT', `/${made.id}`, { settings: null })
    assert.deepEqual((await client(made.id)).settings, { name: 'Renamed' })
    for (const bad of [{ 'a-b': 'x' }, { a: 1 }, { a: '' }, { a: 'x\ny' }, ['x'], 'x'])
      assert.equal((await call('PUT', `/${made.id}`, { settings: bad })).status, 400, JSON.stringify(bad))

    const other = await call('POST', '', { ...CLIENT, settings: { developer_token: 'raw-other' } })
    const sealed = await app.db.read
      .selectFrom('oauth_apps')
      .select('settings')
      .where('id', '=', other.id)
      .executeTakeFirstOrThrow()
    await app.db.write((tx) => tx.updateTable('oauth_apps').set(sealed).where('id', '=', made.id).execute())
    await assert.rejects(findOAuthApp(app, env, made.id), SealBroken)
  })
