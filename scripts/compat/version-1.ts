/** Owns the checks of the 1.x SDK: snake_case objects as they come, other spellings of paths and queries, https only. */
import assert from 'node:assert/strict'
import type { TestServer } from '../../src/create-test-server.ts'
import { connectAcme } from '../../test/contract/connect-acme.ts'
import { assertDefined, type Check } from './checks.ts'

type Wire = Record<string, unknown>
type Account = Wire & { id: string; app: Wire; credentials?: Wire }
interface Listed<Item> {
  data: Item[]
  page_info: Wire & { end_cursor: string | null }
}

interface BackendClient {
  rawAccessToken(): Promise<string>
  createConnectToken(options: Wire): Promise<Wire & { token: string }>
  getProjectInfo(): Promise<{ apps: Wire[] }>
  getApps(options?: Wire): Promise<Listed<Wire>>
  getApp(id: string): Promise<{ data: Wire }>
  getAppCategories(): Promise<Wire[]>
  getAccounts(options?: Wire): Promise<Listed<Account>>
  getAccountById(id: string, options?: Wire): Promise<Account>
  deleteAccount(id: string): Promise<void>
  deleteAccountsByApp(app: string): Promise<void>
  deleteExternalUser(id: string): Promise<void>
}
interface FrontendClient {
  getAccounts(options?: Wire): Promise<Listed<Account>>
  getApps(options?: Wire): Promise<Listed<Wire>>
}
export interface Version1Module {
  createBackendClient(options: Wire): BackendClient
}
export interface Version1BrowserModule {
  createFrontendClient(options: Wire): FrontendClient
}

const USER = 'first generation'

export async function checkVersion1(
  sdk: Version1Module,
  browser: Version1BrowserModule,
  server: TestServer,
  check: Check,
): Promise<void> {
  const { clientId, clientSecret, projectId, url } = server
  const apiHost = new URL(url).host
  const client = sdk.createBackendClient({
    environment: 'development',
    credentials: { clientId, clientSecret },
    projectId,
    apiHost,
  })

  await check('rawAccessToken', async () => {
    assert.equal((await client.rawAccessToken()).split('.').length, 3)
  })
  await check('createConnectToken', async () => {
    const made = await client.createConnectToken({ external_user_id: USER })
    assertDefined(made, 'token', 'expires_at', 'connect_link_url')
    await connectAcme(url, made.token)
  })
  await check('getProjectInfo', async () => {
    assert.ok((await client.getProjectInfo()).apps.length > 0)
  })
  await check('getApps', async () => {
    const { data, page_info } = await client.getApps({ q: 'acme', limit: 1, sortKey: 'name' })
    assert.equal(data.length, 1)
    assertDefined(data[0]!, 'id', 'name_slug', 'name', 'img_src', 'custom_fields_json')
    const next = await client.getApps({ q: 'acme', limit: 1, sortKey: 'name', after: page_info.end_cursor })
    assert.notEqual(next.data[0]?.['name_slug'], data[0]!['name_slug'])
  })
  await check('getApps: filters', async () => {
    assert.deepEqual((await client.getApps({ hasActions: true })).data, [])
    assert.ok((await client.getApps({ hasActions: false })).data.length > 0)
  })
  await check('getApp', async () => {
    assert.equal((await client.getApp('acme')).data['name_slug'], 'acme')
  })
  await check('getAppCategories', async () => {
    assert.ok((await client.getAppCategories()).length > 0)
  })
  await check('getAccounts', async () => {
    const { data } = await client.getAccounts({ external_user_id: USER, include_credentials: true })
    assert.equal(data.length, 1)
    assertDefined(data[0]!.credentials!, 'oauth_access_token')
  })
  await check('getAccountById', async () => {
    const { data } = await client.getAccounts({ external_user_id: USER })
    const found = await client.getAccountById(data[0]!.id, { include_credentials: true })
    assert.equal(found.id, data[0]!.id)
    assertDefined(found.credentials!, 'oauth_access_token')
  })
  await check('browser: getAccounts, getApps', async () => {
    const frontend = browser.createFrontendClient({
      environment: 'development',
      apiHost,
      externalUserId: USER,
      tokenCallback: ({ externalUserId }: { externalUserId: string }) =>
        client.createConnectToken({ external_user_id: externalUserId }),
    })
    assert.equal((await frontend.getAccounts()).data.length, 1)
    assert.ok((await frontend.getApps({ q: 'acme' })).data.length > 0)
  })
  await check('deleteAccountsByApp', async () => {
    await client.deleteAccountsByApp('acme')
    assert.deepEqual((await client.getAccounts({ external_user_id: USER })).data, [])
  })
  await check('deleteAccount', async () => {
    await connectAcme(url, (await client.createConnectToken({ external_user_id: USER })).token)
    const { data } = await client.getAccounts({ external_user_id: USER })
    await client.deleteAccount(data[0]!.id)
    await assert.rejects(client.getAccountById(data[0]!.id), /404/)
  })
  await check('deleteExternalUser', async () => {
    await client.deleteExternalUser(USER)
    await assert.rejects(client.deleteExternalUser(USER), /404/)
  })
}
