/**
 * Owns the fixtures of refresh tests: a provider that rotates strictly and counts, an app of the catalogue that leads to it, and accounts
 * connected there. Whatever test uses it fails at its end if a refresh token was ever sent twice, unless it says so.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { saveAccount } from '../../src/accounts/save-account.ts'
import { ensureExternalUser } from '../../src/external-users/ensure-external-user.ts'
import { createOAuthApp } from '../../src/oauth-apps/create-oauth-app.ts'
import { type Answer, assertStatus, jsonOf, send } from './answers.ts'
import { openWorld, operator, type WorldOptions } from './harness.ts'

export interface TokenRequest {
  form: URLSearchParams
  headers: IncomingHttpHeaders
}

/** What a provider says about tokens; members may be missing, odd or too many. */
export type TokenBody = Record<string, unknown>

export interface Provider {
  origin: string
  /** Token requests so far, in order. */
  requests: TokenRequest[]
  /** Refreshes that were carried out. */
  refreshes: number
  /** Refresh tokens that came a second time: with a real provider the end of the whole grant. */
  replays: number
  /** A new grant: its first tokens. */
  grant(): { accessToken: string; refreshToken: string }
  /** Spends the refresh token of the request and returns the new tokens, or undefined when it is not good. */
  rotate(request: TokenRequest): TokenBody | undefined
  /** Replaces the answer; by default `rotate`, then `json`. */
  answer: (request: TokenRequest, response: ServerResponse) => void | Promise<void>
  json(response: ServerResponse, status: number, body: unknown, headers?: Record<string, string>): void
  /** Nobody listens any more, until `open`. */
  shut(): Promise<void>
  open(): Promise<void>
}

export async function startProvider(t: TestContext): Promise<Provider> {
  let serial = 0
  let port = 0
  const current = new Map<string, number>()
  const spent = new Map<string, number>()
  const ended = new Set<number>()
  const sockets = new Set<Socket>()

  const issue = (grant: number) => {
    serial += 1
    const refreshToken = `canary-refresh-token-${serial}`
    current.set(refreshToken, grant)
    return { accessToken: `canary-access-token-${serial}`, refreshToken }
  }
  const provider: Provider = {
    origin: '',
    requests: [],
    refreshes: 0,
    replays: 0,
    grant: () => issue(serial + 1),
    rotate({ form }) {
      const token = form.get('refresh_token') ?? ''
      const replayed = spent.get(token)
      if (replayed !== undefined) {
        provider.replays += 1
        ended.add(replayed)
      }
      const grant = current.get(token)
      if (grant === undefined || ended.has(grant)) return undefined
      current.delete(token)
      spent.set(token, grant)
      provider.refreshes += 1
      const { accessToken, refreshToken } = issue(grant)
      return {
        access_token: accessToken,
        refresh_token: refreshToken,
        expires_in: 3600,
        token_type: 'Bearer',
      }
    },
    json(response, status, body, headers = {}) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    },
    answer(request, response) {
      const tokens = provider.rotate(request)
      if (tokens) provider.json(response, 200, tokens)
      else provider.json(response, 400, { error: 'invalid_grant' })
    },
    async shut() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
    async open() {
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    },
  }
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const request = {
        form: new URLSearchParams(Buffer.concat(chunks).toString()),
        headers: incoming.headers,
      }
      provider.requests.push(request)
      void provider.answer(request, response)
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await provider.open()
  port = (server.address() as { port: number }).port
  provider.origin = `http://127.0.0.1:${port}`
  t.after(() => provider.shut())
  return provider
}

/** Slug of the app that leads to the provider. */
const APP = 'strict_idp'

export type RefreshWorld = Awaited<ReturnType<typeof openRefreshWorld>>

/** Accounts live in P1 `production`; their tokens are an hour long and were issued now. */
export async function openRefreshWorld(
  t: TestContext,
  options: WorldOptions & { replays?: 'allowed'; lifecycle?: object } = {},
) {
  const provider = await startProvider(t)
  const catalogDir = await mkdtemp(join(tmpdir(), 'headgate-catalog-'))
  t.after(() => rm(catalogDir, { recursive: true, force: true }))
  await writeFile(
    join(catalogDir, `${APP}.yaml`),
    JSON.stringify(definition(provider.origin, options.lifecycle ?? {})),
  )
  const world = await openWorld(t, {
    database: 'sqlite',
    ...options,
    env: {
      HEADGATE_CATALOG_DIR: catalogDir,
      HEADGATE_EGRESS_ALLOW: new URL(provider.origin).host,
      ...options.env,
    },
  })
  const { app, p1, w1 } = world
  const env = projectEnvironmentOfRow(w1, { project_id: p1, environment: 'production' })
  const oauthApp = await createOAuthApp(
    app,
    env,
    { app: APP, client_id: 'strict-client', client_secret: 'canary-strict-secret' },
    operator,
  )
  if (options.replays === undefined)
    t.after(() => assert.equal(provider.replays, 0, 'a refresh token was sent twice'))

  const tokens = new Map<string, { text: string; at: number }>()
  /** An access token that is good now; the clock of a test may have moved by days. */
  const bearer = async (address: string): Promise<string> => {
    const known = tokens.get(address)
    if (known && world.clock.now() - known.at < 1_800_000) return known.text
    const text = await world.token({ address })
    tokens.set(address, { text, at: world.clock.now() })
    return text
  }

  return {
    ...world,
    provider,
    env,
    strictOAuthAppId: oauthApp.id,
    /** Connects, or with `accountId` connects again; `seconds` is the life of the access token. */
    async connect(
      wish: {
        user?: string
        seconds?: number | null
        accountId?: string
        kind?: 'refreshable' | 'static'
      } = {},
    ): Promise<string> {
      const { user = 'u8', seconds = 3600, accountId, kind = 'refreshable' } = wish
      const { accessToken, refreshToken } = provider.grant()
      const now = world.clock.now()
      return app.db.write(async (tx) => {
        const { id } = await ensureExternalUser(tx, env, user, now)
        return saveAccount(tx, app, env, {
          accountId: accountId ?? null,
          externalUser: { id, externalId: user },
          appSlug: APP,
          oauthAppId: oauthApp.id,
          name: null,
          credentials: {
            kind,
            values: {
              oauth_access_token: accessToken,
              ...(kind === 'static' ? {} : { oauth_refresh_token: refreshToken }),
            },
            expiresAt: seconds === null ? null : now + seconds * 1000,
            authorizedScopes: ['read'],
          },
        })
      })
    },
    /** GET of the account with credentials. */
    async read(id: string, address = world.address): Promise<Answer> {
      const token = await bearer(address)
      return send(address, 'GET', `/v1/connect/${p1}/accounts/${id}?include_credentials=true`, {
        token,
        environment: 'production',
      })
    },
    /** The credentials row, as it is now. */
    row: (id: string) =>
      app.db.read
        .selectFrom('credentials')
        .innerJoin('accounts', 'accounts.id', 'credentials.account_id')
        .selectAll()
        .where('account_id', '=', id)
        .executeTakeFirstOrThrow(),
    change: (id: string, columns: Record<string, string | number | null>) =>
      app.db.write((tx) => tx.updateTable('credentials').set(columns).where('account_id', '=', id).execute()),
  }
}

const definition = (origin: string, lifecycle: object) => ({
  schema_version: 1,
  name: 'Strict provider',
  auth_type: 'oauth',
  sandbox: true,
  oauth: {
    version: 2,
    authorization_url: `${origin}/authorize`,
    token_url: `${origin}/token`,
    scopes: { default: ['read'] },
    client_auth: 'basic',
    lifecycle,
    token_response: { error_in_200: { error_field: 'error' } },
  },
  proxy: {
    base_url: origin,
    allowed_domains: [new URL(origin).host],
    auth: { type: 'header', name: 'Authorization', value: 'Bearer {{access_token}}' },
  },
})

/** The members of an account's answer that refreshing is about. */
interface ReadAccount {
  healthy: boolean
  dead: boolean
  error: string | null
  expires_at: string | null
  last_refreshed_at: string | null
  next_refresh_at: string | null
  credentials?: { oauth_access_token: string; oauth_refresh_token: string }
}

export const HOUR = 3_600_000

/** What a read that succeeded says. */
export function accountOf(answer: Answer): ReadAccount {
  assertStatus(answer, 200)
  return jsonOf<ReadAccount>(answer)
}
