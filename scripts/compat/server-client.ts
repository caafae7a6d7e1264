/** Owns the checks of the 3.x SDK on a server, with an API client's id and secret. */
import assert from 'node:assert/strict'
import { connectAcme } from '../../test/contract/connect-acme.ts'
import type { TestServer } from '../../src/create-test-server.ts'
import { assertDefined, assertUnderstood, type Check } from './checks.ts'
import type { Page, ServerModule } from './sdk3.ts'

const KEYS = { appSlug: 'acme_keys', cfmapJson: JSON.stringify({ api_key: 'acme_demo_key' }) }
const USER = 'server/user 1?'
const APP_FIELDS = [
  'id',
  'nameSlug',
  'name',
  'authType',
  'imgSrc',
  'categories',
  'featuredWeight',
  'scopeProfiles',
]

export async function checkServerClient(sdk: ServerModule, server: TestServer, check: Check): Promise<void> {
  const { clientId, clientSecret, projectId, url: baseUrl } = server
  const client = new sdk.PipedreamClient({
    clientId,
    clientSecret,
    projectId,
    baseUrl,
    projectEnvironment: 'development',
  })
  const connectToken = async (externalUserId: string) =>
    (await client.tokens.create({ externalUserId })).token

  await check('oauthTokens.create', async () => {
    const made = await client.oauthTokens.create({ clientId, clientSecret, scope: 'connect:accounts:read' })
    // `created_at` and `scope` are beyond what the SDK knows; it passes them on as they are.
    assertDefined(made, 'accessToken', 'tokenType', 'expiresIn')
  })
  await check('rawAccessToken', async () => {
    assert.equal((await client.rawAccessToken).split('.').length, 3)
  })
  await check('tokens.create', async () => {
    const made = await client.tokens.create({
      externalUserId: USER,
      expiresIn: 600,
      allowedOrigins: ['https://app.example.com'],
      successRedirectUri: 'https://app.example.com/done',
      errorRedirectUri: 'https://app.example.com/failed',
      allowProgressiveScopes: true,
    })
    assertUnderstood(made)
    assertDefined(made, 'token', 'expiresAt', 'connectLinkUrl')
  })
  await check('tokens.validate', async () => {
    const good = await client.tokens.validate(await connectToken(USER), { appId: 'acme' })
    assertUnderstood(good)
    assert.equal(good['success'], true)
    assertDefined(good, 'app', 'oauthAppId', 'projectId', 'projectEnvironment', 'projectAppName')
    const bad = await client.tokens.validate(`ctok_${'0'.repeat(32)}`)
    assert.equal(bad['success'], false)
    assertDefined(bad, 'error')
  })

  await check('appCategories.list', async () => {
    const all = await client.appCategories.list()
    assert.ok(all.length > 0)
    for (const one of all) assertDefined(one, 'id', 'name', 'description')
  })
  await check('appCategories.retrieve', async () => {
    const [first] = await client.appCategories.list()
    assert.deepEqual(await client.appCategories.retrieve(first!.id), first)
  })
  await check('apps.list', async () => {
    const { data } = await client.apps.list({ q: 'acme', sortKey: 'name', sortDirection: 'asc', limit: 5 })
    assert.ok(data.length > 1)
    for (const one of data) {
      assertUnderstood(one)
      assertDefined(one, ...APP_FIELDS, 'customFieldsJson', 'connect')
    }
  })
  await check('apps.list: paging', async () => {
    const known = server.app.catalog.current.list().length
    await assertPages(() => client.apps.list({ limit: 4 }), known)
  })
  await check('apps.retrieve', async () => {
    const { data } = await client.apps.retrieve('acme')
    assertUnderstood(data)
    assertDefined(data, ...APP_FIELDS)
  })
  await check('projects.retrieveInfo', async () => {
    const { apps } = await client.projects.retrieveInfo()
    assert.ok(apps.length > 0)
    for (const one of apps) assertDefined(one, 'id', 'nameSlug')
  })

  let keysAccount = ''
  await check('accounts.create', async () => {
    const made = await client.accounts.create({
      ...KEYS,
      connectToken: await connectToken(USER),
      name: 'Made by the SDK',
    })
    keysAccount = made.id
    assertUnderstood(made)
    assertDefined(made, 'id', 'name', 'externalId', 'healthy', 'dead', 'app', 'createdAt', 'updatedAt')
    assertDefined(made.app, ...APP_FIELDS)
  })
  await check('the Connect page, with a consent', async () => connectAcme(baseUrl, await connectToken(USER)))
  await check('accounts.list', async () => {
    const { data } = await client.accounts.list({
      externalUserId: USER,
      app: 'acme',
      includeCredentials: true,
    })
    assert.equal(data.length, 1)
    assertUnderstood(data[0])
    assertDefined(data[0]!, 'authorizedScopes', 'expiresAt', 'lastRefreshedAt', 'nextRefreshAt', 'createdAt')
    assertDefined(data[0]!.credentials!, 'oauthAccessToken', 'oauthClientId')
  })
  await check('accounts.retrieve', async () => {
    const found = await client.accounts.retrieve(keysAccount, { includeCredentials: true })
    assertUnderstood(found)
    assert.equal(found['externalId'], USER)
    assert.equal(found.credentials?.['api_key'], 'acme_demo_key')
    assert.equal((await client.accounts.retrieve(keysAccount)).credentials, undefined)
  })
  await check('accounts.retrieve: unknown', async () => {
    await assert.rejects(client.accounts.retrieve('apn_none'), (error) => {
      assert.ok(error instanceof sdk.PipedreamError)
      assert.equal(error.statusCode, 404)
      assert.deepEqual(error.body, { error: 'Not found' })
      return true
    })
  })
  await check('accounts.listByExternalUser', async () => {
    const all = await client.accounts.listByExternalUser(USER, { includeCredentials: true })
    assert.equal(all.length, 2)
    for (const one of all) {
      assertUnderstood(one)
      assertDefined(one, 'credentials', 'createdAt')
    }
  })
  await check('accounts.list: paging', async () => {
    for (const user of ['pager', 'pager', 'pager'])
      await client.accounts.create({ ...KEYS, connectToken: await connectToken(user) })
    for (const [limit, externalUserId, total] of [
      [2, 'pager', 3],
      [3, 'pager', 3],
      [2, 'nobody', 0],
    ] as const)
      await assertPages(() => client.accounts.list({ externalUserId, limit }), total)
  })

  await check('users.list', async () => {
    const { data } = await client.users.list({ q: 'server/user' })
    assert.equal(data.length, 1)
    assertUnderstood(data[0])
    assertDefined(data[0]!, 'id', 'externalId', 'createdAt', 'updatedAt')
    await assertPages(() => client.users.list({ limit: 1 }), 2)
  })

  await check('oauthApps.create, list, retrieve, update, delete', async () => {
    const made = await client.oauthApps.create({
      app: 'github',
      clientId: 'Iv1.compat',
      clientSecret: 'compat-secret',
      name: 'Ours',
      scopes: ['repo'],
    })
    const read = await client.oauthApps.retrieve(made.id)
    assert.deepEqual(read, made)
    const { data } = await client.oauthApps.list({ app: 'github' })
    assert.deepEqual(data, [made])
    const changed = await client.oauthApps.update(made.id, {
      description: 'Changed',
      additionalScopes: ['gist'],
    })
    for (const one of [made, changed]) {
      assertUnderstood(one)
      assertDefined(
        one,
        ...APP_FIELDS,
        'clientId',
        'redirectUri',
        'ownerId',
        'createdAt',
        'updatedAt',
        'scopes',
      )
    }
    assert.deepEqual(changed['additionalScopes'], ['gist'])
    await client.oauthApps.delete(made.id)
    assert.deepEqual((await client.oauthApps.list({ app: 'github' })).data, [])
  })

  await check('accounts.delete', async () => {
    assert.equal(await client.accounts.delete(keysAccount), undefined)
    assert.equal((await client.accounts.listByExternalUser(USER)).length, 1)
  })
  await check('accounts.deleteByApp', async () => {
    await client.accounts.deleteByApp('acme_keys')
    assert.deepEqual((await client.accounts.list({ externalUserId: 'pager' })).data, [])
  })
  await check('users.deleteExternalUser', async () => {
    await client.users.deleteExternalUser(USER)
    assert.deepEqual(await client.accounts.listByExternalUser(USER), [])
    assert.deepEqual((await client.users.list({ q: 'server/user' })).data, [])
  })
}

/** Both ways through a list: the iterator, and page by page. */
async function assertPages(list: () => Promise<Page<Record<string, unknown>>>, total: number): Promise<void> {
  const ids: unknown[] = []
  for await (const { id } of await list()) {
    ids.push(id)
    assert.ok(ids.length <= total, 'the list does not end')
  }
  assert.equal(new Set(ids).size, total)
  const page = await list()
  let seen = page.data.length
  while (page.hasNextPage()) {
    await page.getNextPage()
    assert.ok(page.data.length > 0, 'an empty page')
    seen += page.data.length
  }
  assert.equal(seen, total)
}
