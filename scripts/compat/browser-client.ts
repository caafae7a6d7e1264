/** Owns the checks of the 3.x SDK's browser client, run in Node: a Connect token from a callback, no project in any path, an Origin. */
import assert from 'node:assert/strict'
import type { TestServer } from '../../src/create-test-server.ts'
import { assertDefined, assertUnderstood, type Check } from './checks.ts'
import type { BrowserModule, ServerModule } from './sdk3.ts'

const USER = 'browser user'
const ORIGIN = 'https://app.example.com'
const KEYS = { appSlug: 'acme_keys', cfmapJson: JSON.stringify({ api_key: 'acme_demo_key' }) }

export async function checkBrowserClient(
  { createFrontendClient }: BrowserModule,
  { PipedreamClient }: ServerModule,
  server: TestServer,
  check: Check,
): Promise<void> {
  const { clientId, clientSecret, projectId, url: baseUrl } = server
  const backend = new PipedreamClient({
    clientId,
    clientSecret,
    projectId,
    baseUrl,
    projectEnvironment: 'development',
  })
  const newToken = (externalUserId: string) =>
    backend.tokens.create({ externalUserId, allowedOrigins: [ORIGIN] })
  const clientFrom = (origin: string) =>
    createFrontendClient({
      baseUrl,
      externalUserId: USER,
      tokenCallback: ({ externalUserId }: { externalUserId: string }) => newToken(externalUserId),
      headers: { origin },
    })
  const client = clientFrom(ORIGIN)

  let id = ''
  await check('accounts.create', async () => {
    const { token } = await newToken(USER)
    const made = await client.accounts.create({ ...KEYS, connectToken: token })
    assertUnderstood(made)
    id = made.id
  })
  await check('accounts.list', async () => {
    const { data } = await client.accounts.list()
    assert.deepEqual(
      data.map((account) => account.id),
      [id],
    )
    assertUnderstood(data[0])
    assertDefined(data[0]!, 'app', 'createdAt', 'externalId')
  })
  await check('accounts.list: no credentials', async () => {
    await assert.rejects(client.accounts.list({ includeCredentials: true }), { statusCode: 403 })
  })
  await check('accounts.list: another origin', async () => {
    await assert.rejects(clientFrom('https://elsewhere.example').accounts.list(), { statusCode: 403 })
  })
  await check('accounts.retrieve', async () => {
    assertUnderstood(await client.accounts.retrieve(id))
  })
  await check('accounts.listByExternalUser', async () => {
    assert.equal((await client.accounts.listByExternalUser(USER)).length, 1)
    await assert.rejects(client.accounts.listByExternalUser('another'), { statusCode: 403 })
  })
  await check('apps.list, apps.retrieve', async () => {
    const { data } = await client.apps.list({ q: 'acme', limit: 50 })
    for (const one of data) assertUnderstood(one)
    assertUnderstood((await client.apps.retrieve('acme_keys')).data)
  })
  await check('appCategories.list', async () => {
    assert.ok((await client.appCategories.list()).length > 0)
  })
  await check('projects.retrieveInfo', async () => {
    assert.ok((await client.projects.retrieveInfo()).apps.length > 0)
  })
  await check('tokens.validate', async () => {
    const good = await client.tokens.validate((await newToken(USER)).token, { appId: 'acme' })
    assertUnderstood(good)
    assert.equal(good['success'], true)
  })
  await check('tokens.create, users.list, oauthApps.list: refused', async () => {
    for (const call of [
      () => client.tokens.create({ externalUserId: USER }),
      () => client.users.list(),
      () => client.oauthApps.list(),
    ])
      await assert.rejects(call(), { statusCode: 403 })
  })
  await check('accounts.deleteByApp', async () => {
    await client.accounts.deleteByApp('acme_keys')
    assert.deepEqual((await client.accounts.list()).data, [])
  })
  await check('accounts.delete', async () => {
    const made = await client.accounts.create({ ...KEYS, connectToken: (await newToken(USER)).token })
    await client.accounts.delete(made.id)
    await assert.rejects(client.accounts.delete(made.id), { statusCode: 404 })
  })
  await check('users.deleteExternalUser', async () => {
    await client.users.deleteExternalUser(USER)
    assert.deepEqual((await backend.users.list({ q: USER })).data, [])
  })
}
