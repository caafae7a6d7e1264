/** A whole server whose provider is a double: a person connects through it, the developer reads, refreshes and calls. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { TestContext } from 'node:test'
import { createTestServer } from '../../src/create-test-server.ts'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { createConnectToken } from '../../src/connect-tokens/create-connect-token.ts'
import { createOAuthApp } from '../../src/oauth-apps/create-oauth-app.ts'
import { ManualClock } from '../../src/platform/clock.ts'
import { injectCredentials } from '../../src/upstream/inject-credentials.ts'
import { sendRequest } from '../../src/upstream/send-request.ts'
import { upstreamContext, type UpstreamValues } from '../../src/upstream/upstream-context.ts'
import type { OutboundResponse } from '../../src/upstream/egress.ts'
import { type Decision, type Double, runDouble } from './double.ts'

const operator = { kind: 'operator', id: null }
const PROVIDER_PATIENCE = { timeoutMs: 5_000, maxBytes: 1_000_000 }

/** As the API answers it. */
export interface ReadAccount {
  id: string
  name: string | null
  healthy: boolean
  dead: boolean
  error: string | null
  expires_at: string | null
  authorized_scopes: string[] | null
  credentials?: Record<string, string>
}

export interface Connecting {
  fields?: Record<string, string>
  decision?: Decision
  /** Further members of the page's form: `accountId`, `oauthScopeProfile`. */
  members?: Record<string, string>
  /** Of the Connect token. */
  token?: Partial<Parameters<typeof createConnectToken>[2]>
  /** What the provider adds to the callback, or takes away (null). */
  callback?: Record<string, string | null>
}

export interface ProviderWorldOptions {
  slug: string
  /** The OAuth app at the provider; absent for apps connected by keys, and where the person brings the client. */
  client?: { client_id: string; client_secret: string; [more: string]: unknown }
  /** What an operator's own folder would say about the app. */
  patch?: object
}

export type ProviderWorld = Awaited<ReturnType<typeof providerWorld>>

export async function providerWorld(
  t: TestContext,
  double: Double,
  { slug, client, patch }: ProviderWorldOptions,
) {
  const clock = new ManualClock('2026-11-22T12:00:00Z')
  const server = await createTestServer({ clock })
  t.after(() => server.close())
  const { app, projectId, url } = server
  const running = await runDouble(t, double)
  app.egress = running.lead(app.egress)
  if (patch) {
    const extra = [{ name: slug, file: 'test', content: patch }]
    app.catalog.current = (await app.catalog.imagine(extra)).catalog
  }
  const catalogApp = app.catalog.current.find(slug)
  assert.ok(catalogApp, `the catalogue has no ${slug}`)
  const project = await app.projects.find(projectId)
  assert.ok(project)
  const env = projectEnvironmentOfRow(project.workspace_id, {
    project_id: projectId,
    environment: 'production',
  })
  const oauthApp = client && (await createOAuthApp(app, env, { app: slug, ...client }, operator))
  const own = { origin: new URL(url).origin }
  const send = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, url), { redirect: 'manual', ...init })
  // A new one for each call: tests move the clock by months.
  const accessToken = async (): Promise<string> => {
    const answer = await send('/v1/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: server.clientId,
        client_secret: server.clientSecret,
      }),
    })
    return ((await answer.json()) as { access_token: string }).access_token
  }
  const api = async (path: string, init: RequestInit = {}) =>
    send(`/v1/connect/${projectId}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${await accessToken()}`,
        'x-pd-environment': 'production',
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    })
  const read = async (id: string): Promise<ReadAccount> => {
    const answer = await api(`/accounts/${id}?include_credentials=true`)
    assert.equal(answer.status, 200, await answer.clone().text())
    return (await answer.json()) as ReadAccount
  }
  const newToken = async (body: Connecting['token'] = {}) =>
    (await createConnectToken(app, env, { external_user_id: 'u1', ...body })).token
  const newest = async (): Promise<string> => {
    const rows = await app.db.read.selectFrom('accounts').select('id').orderBy('created_at', 'desc').execute()
    assert.ok(rows[0], 'no account was made')
    return rows[0].id
  }

  /** Up to the consent screen: its address, and the browser's cookie. */
  async function leave({ fields = {}, members = {}, token }: Connecting = {}) {
    const form = { token: await newToken(token), app: slug, ...members }
    const typed = Object.entries(fields).map(([name, value]) => [`field.${name}`, value] as [string, string])
    const answer = await send('/connect/attempts', {
      method: 'POST',
      body: new URLSearchParams([...Object.entries(form), ...typed]),
      headers: own,
    })
    const location = answer.headers.get('location')
    assert.ok(
      answer.status === 303 && location,
      `no departure: ${answer.status} ${codeIn(await answer.text())}`,
    )
    return {
      authorize: new URL(location, url),
      cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
    }
  }

  /** The whole trip. Returns the last page: its status and, for a failure, the code on it. */
  async function travel(
    connecting: Connecting = {},
  ): Promise<{ status: number; code: string; page: string }> {
    const { authorize, cookie } = await leave(connecting)
    assert.ok(double.consent, 'this double has no consent screen')
    const callback = double.consent(authorize, connecting.decision ?? {})
    for (const [name, value] of Object.entries(connecting.callback ?? {}))
      if (value === null) callback.searchParams.delete(name)
      else callback.searchParams.set(name, value)
    let answer = await send(callback.pathname + callback.search, { headers: { cookie } })
    if (answer.status === 303)
      answer = await send(answer.headers.get('location') ?? '', { headers: { cookie } })
    const page = await answer.text()
    return { status: answer.status, code: codeIn(page), page }
  }

  const valuesOf = ({ credentials = {} }: Pick<ReadAccount, 'credentials'>): UpstreamValues => {
    const { oauth_access_token: access, oauth_refresh_token: refresh } = credentials
    return {
      customFields: credentials,
      stored: credentials,
      ...(client ? { client: { id: client.client_id, secret: client.client_secret } } : {}),
      ...(access === undefined ? {} : { accessToken: access }),
      ...(refresh === undefined ? {} : { refreshToken: refresh }),
    }
  }

  return {
    server,
    app,
    env,
    clock,
    requests: running.requests,
    oauthAppId: oauthApp?.id,
    send,
    api,
    read,
    leave,
    travel,
    /** Connects by signing in; the account as the API answers it then. */
    async connect(
      connecting: Connecting = {},
    ): Promise<ReadAccount & { credentials: Record<string, string> }> {
      const { status, code } = await travel(connecting)
      assert.equal(status, 200, `not connected: ${code}`)
      const account = await read(await newest())
      assert.ok(account.credentials)
      return { ...account, credentials: account.credentials }
    },
    /** Connects with keys, through the API. The answer as it comes. */
    async submitKeys(fields: Record<string, string>): Promise<Response> {
      const token = await newToken()
      return send('/v1/connect/accounts', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ app_slug: slug, cfmap_json: JSON.stringify(fields), connect_token: token }),
      })
    },
    async connectKeys(
      fields: Record<string, string>,
    ): Promise<ReadAccount & { credentials: Record<string, string> }> {
      const token = await newToken()
      const answer = await api('/accounts', {
        method: 'POST',
        body: JSON.stringify({ app_slug: slug, cfmap_json: JSON.stringify(fields), connect_token: token }),
      })
      assert.equal(answer.status, 200, await answer.clone().text())
      const { id } = (await answer.json()) as { id: string }
      const account = await read(id)
      assert.ok(account.credentials)
      return { ...account, credentials: account.credentials }
    },
    /** A request at the provider in the account's name, credentials put on as the catalogue says. */
    async call(
      account: Pick<ReadAccount, 'credentials'>,
      request: { method?: string; url: string; headers?: Record<string, string> },
    ): Promise<OutboundResponse> {
      return sendRequest(
        app,
        catalogApp,
        { method: 'GET', auth: 'account', encoding: 'none', query: {}, headers: {}, ...request } as never,
        valuesOf(account),
        PROVIDER_PATIENCE,
      )
    },
    /** The developer says that the account's access token got a 401. */
    reportUnauthorized: ({ id, credentials = {} }: Pick<ReadAccount, 'id' | 'credentials'>) =>
      api(`/accounts/${id}/report_unauthorized`, {
        method: 'POST',
        body: JSON.stringify({
          access_token_sha256: createHash('sha256')
            .update(credentials['oauth_access_token'] ?? '')
            .digest('hex'),
        }),
      }),
    /** The same without sending it, by another of the app's ways. */
    inject: (account: Pick<ReadAccount, 'credentials'>, url: string, choice?: string) =>
      injectCredentials(
        catalogApp,
        { method: 'GET', url: new URL(url), headers: {} },
        upstreamContext(catalogApp, valuesOf(account)),
        clock.now(),
        choice,
      ),
  }
}

/** The error's code on a page: that of a whole error page, or of the note above a form. */
const codeIn = (page: string) => /class="code">[^<]*<code(?: id="failure-code")?>(\w+)</.exec(page)?.[1] ?? ''
