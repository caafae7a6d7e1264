/** A whole server with a provider that a test directs, and the steps of a person who connects an account. */
import { mkdtempSync, rmSync } from 'node:fs'
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { ensureWebBuilt } from '../src/bootstrap/build-web.ts'
import { projectEnvironmentOfRow } from '../src/access/project-environment.ts'
import { createConnectToken } from '../src/connect-tokens/create-connect-token.ts'
import { createTestServer } from '../src/create-test-server.ts'
import type { EnvironmentName, Tables } from '../src/db/tables.ts'
import { logSerializers } from '../src/http/log-options.ts'
import { createOAuthApp } from '../src/oauth-apps/create-oauth-app.ts'
import { ManualClock } from '../src/platform/clock.ts'
import { newKeyRingText } from '../src/platform/crypto/key-ring.ts'
import { reply, serveLocally, type SeenRequest } from '../src/upstream/local-server.ts'

const operator = { kind: 'operator', id: null }

export const CLIENT_SECRET = 'double-client-secret-0123456789'
export const TOKENS = {
  access_token: 'double-access-token',
  refresh_token: 'double-refresh-token',
  token_type: 'bearer',
  expires_in: 3600,
  scope: 'read write',
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void

export interface WorldOptions {
  databaseUrl?: string
  /** More targets than the provider. */
  egressAllow?: string[]
  /** Laid over the definition of the app `double`. */
  double?: object
  keys?: object
}

export interface Started {
  /** The provider's consent screen. */
  authorize: URL
  state: string
  cookie: string
}

export type World = Awaited<ReturnType<typeof connectWorld>>

export async function connectWorld(t: TestContext, options: WorldOptions = {}) {
  await ensureWebBuilt()
  const answers: Record<string, Answer> = {
    '/token': (_request, response) => reply(response, 200, TOKENS),
    '/me': (request, response) =>
      request.headers['x-key'] === 'good-key' ||
      request.headers.authorization === 'Bearer double-access-token'
        ? reply(response, 200, { id: 'person-1', email: 'ada@double.test' })
        : reply(response, 401, { error: 'unauthorized' }),
  }
  const provider = await serveLocally(t, (request, response) =>
    (answers[request.path] ?? ((_request, unknown) => reply(unknown, 404, {})))(request, response),
  )

  let logged = ''
  const log = pino(
    { serializers: logSerializers },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged += chunk.toString()
        done()
      },
    }),
  )
  const dataDir = mkdtempSync(join(tmpdir(), 'headgate-connect-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const clock = new ManualClock('2026-11-22T12:00:00Z')
  const server = await createTestServer({
    clock,
    log,
    env: {
      HEADGATE_EGRESS_ALLOW: [provider.target, ...(options.egressAllow ?? [])].join(','),
      HEADGATE_DATA_DIR: dataDir,
      ...(options.databaseUrl === undefined
        ? {}
        : { DATABASE_URL: options.databaseUrl, HEADGATE_KEYS: newKeyRingText().trim() }),
    },
  })
  t.after(() => server.close())
  const { app, projectId } = server
  const { catalog } = await app.catalog.imagine([
    { name: 'double', file: 'test', content: { ...doubleApp(provider.origin), ...options.double } },
    { name: 'double_keys', file: 'test', content: { ...keysApp(provider.origin), ...options.keys } },
  ])
  app.catalog.current = catalog
  const project = await app.projects.find(projectId)
  if (!project) throw new Error('no project')
  const envOf = (environment: EnvironmentName) =>
    projectEnvironmentOfRow(project.workspace_id, { project_id: projectId, environment })
  const env = envOf('production')
  const oauthApp = await createOAuthApp(
    app,
    env,
    { app: 'double', client_id: 'double-client', client_secret: CLIENT_SECRET },
    operator,
  )

  const own = { origin: new URL(server.url).origin }
  const request = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, server.url), { redirect: 'manual', ...init })
  const postForm = (path: string, members: Record<string, string>, headers: Record<string, string> = own) =>
    request(path, { method: 'POST', body: new URLSearchParams(members), headers })
  const postJson = (path: string, body: unknown, headers: Record<string, string> = own) =>
    request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })

  return {
    ...server,
    server,
    env,
    envOf,
    clock,
    provider,
    /** Path -> what the provider does; replace to direct it. */
    answers,
    oauthAppId: oauthApp.id,
    request,
    postForm,
    postJson,
    logged: () => logged,
    rows: <Table extends keyof Tables>(table: Table): Promise<Tables[Table][]> =>
      app.db.read
        .selectFrom(table as 'accounts')
        .selectAll()
        .execute() as unknown as Promise<Tables[Table][]>,
    async token(
      body: Partial<Parameters<typeof createConnectToken>[2]> = {},
      environment: EnvironmentName = 'production',
    ) {
      const made = await createConnectToken(app, envOf(environment), { external_user_id: 'u1', ...body })
      return made.token
    },
    page: (token: string, query: Record<string, string> = { app: 'double' }) =>
      request(`/_static/connect.html?${new URLSearchParams({ token, ...query }).toString()}`),
    /** The link flow up to the provider's consent screen. */
    async start(token: string, members: Record<string, string> = {}): Promise<Started> {
      return departure(await postForm('/connect/attempts', { token, app: 'double', ...members }))
    },
    callback: (
      query: Record<string, string> | [string, string][],
      cookie: string | undefined,
      oauthAppId: string = oauthApp.id,
      init: RequestInit = {},
    ) =>
      request(`/connect/oauth/${oauthAppId}/callback?${new URLSearchParams(query).toString()}`, {
        ...init,
        headers: cookie === undefined ? {} : { cookie },
      }),
    /** Follows a callback to the result page and reads the code on it. */
    async failure(answer: Response, cookie: string): Promise<string> {
      assert.equal(answer.status, 303)
      const location = answer.headers.get('location') ?? ''
      assert.match(location, /\/connect\/results\/[\w-]{43}$/)
      const page = await request(location, { headers: { cookie } })
      assert.ok(page.status >= 400)
      return /Code: <code>(\w+)<\/code>/.exec(await page.text())?.[1] ?? ''
    },
    /** And the token can still be used. */
    async assertNothingConnected(token: string): Promise<void> {
      const { read } = app.db
      assert.deepEqual(await read.selectFrom('accounts').selectAll().execute(), [])
      assert.deepEqual(await read.selectFrom('credentials').selectAll().execute(), [])
      assert.equal((await request(`/_static/connect.html?token=${token}&app=double`)).status, 200)
    },
    provided: (path: string) => provider.requests.filter((seen) => seen.path === path),
  }
}

/** A world whose provider has a name: `https://idp.test/authorize` and `/token`, and what `oauth` and `more` say beside that. */
export async function namedWorld(t: TestContext, oauth: object = {}, more: object = {}): Promise<World> {
  const world = await connectWorld(t, {
    double: {
      oauth: {
        version: 2,
        authorization_url: 'https://idp.test/authorize',
        token_url: 'https://idp.test/token',
        scopes: { default: ['read', 'write'] },
        ...oauth,
      },
      ...more,
    },
  })
  const { egress } = world.app
  // Every name leads to the double.
  world.app.egress = {
    ...egress,
    request: async (request) => {
      const { pathname, search } = new URL(request.url)
      return egress.request({ ...request, url: `${world.provider.origin}${pathname}${search}` })
    },
  }
  return world
}

/** A world in which a person stands at the provider's consent screen. */
export async function startedWorld(t: TestContext, options: WorldOptions = {}) {
  const world = await connectWorld(t, options)
  const token = await world.token()
  return { world, token, ...(await world.start(token)) }
}

/** Reads the answer that sends a browser to the provider. */
export function departure(answer: Response): Started {
  const location = answer.headers.get('location')
  if (answer.status !== 303 || location === null) throw new Error(`no departure: ${answer.status}`)
  const authorize = new URL(location)
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  return { authorize, state: authorize.searchParams.get('state') ?? '', cookie }
}

const doubleApp = (origin: string) => ({
  schema_version: 1,
  sandbox: true,
  name: 'Double',
  auth_type: 'oauth',
  oauth: {
    version: 2,
    authorization_url: `${origin}/authorize`,
    token_url: `${origin}/token`,
    scopes: { default: ['read', 'write'] },
    scope_profiles: { read_only: ['read'] },
    token_response: { store: { team_id: 'team.id' } },
  },
  identity: {
    uid: '{{answer.id}}',
    name: '{{answer.email}}',
    request: { method: 'GET', url: `${origin}/me` },
  },
  proxy: {
    base_url: origin,
    allowed_domains: [new URL(origin).host],
    auth: { type: 'header', name: 'Authorization', value: 'Bearer {{access_token}}' },
  },
})

const keysApp = (origin: string) => ({
  schema_version: 1,
  sandbox: true,
  name: 'Double Keys',
  auth_type: 'keys',
  custom_fields: [
    { name: 'api_key', label: 'API key', type: 'password', description: 'From your settings' },
    { name: 'region', type: 'select', options: ['eu', 'us'], default: 'eu' },
    { name: 'subdomain', required: false, pattern: '[a-z0-9-]+' },
  ],
  identity: {
    uid: '{{answer.id}}',
    name: '{{answer.email}}',
    request: { method: 'GET', url: `${origin}/me` },
  },
  proxy: {
    base_url: origin,
    allowed_domains: [new URL(origin).host],
    auth: { type: 'header', name: 'X-Key', value: '{{custom_fields.api_key}}' },
  },
  test_request: { method: 'GET', url: `${origin}/me` },
})
