/**
 * Owns the fixtures of the security cases: a running server with two workspaces in its database, and the ways to act on it.
 *
 * ```ts
 * test('G3-64 read does not imply write', async (t) => {
 *   const world = await openWorld(t)                       // in memory; { database: 'sqlite' | 'postgres' } for a real one
 *   const token = await world.token({ scope: 'connect:accounts:read' })        // T(scope) of C1; { client: world.c9 } for T9
 *   const before = await world.state()
 *   const path = `/v1/connect/${world.p1}/accounts/${world.accounts.a1}`
 *   assert403Scope(await send(world.address, 'DELETE', path, { token }), 'connect:accounts:write')
 *   assertNothingMoved(before, await world.state())        // Ø; assertOnlyChanged(before, after, ['connect_tokens']) otherwise
 * })
 * ```
 *
 * Beside this file: `answers.ts` (send, jsonOf, assert401Bare, assert401Invalid, assert403Scope, assert403, assert404Same, assert400,
 * assertTokenError, assertNoCors), `raw-request.ts` (repeated headers, broken bodies, another source address), `database-state.ts` (Ø).
 *
 * Fixtures: W1 has P1, P2, C1, C2; W2 has P3 and C9 and is not reachable from W1. Accounts: A1 (OAuth app acme, u1), A2 (acme_keys, u2)
 * in P1 production; A1d (acme_keys, u1) in P1 development; A9 (acme_keys, u9) in P3 production. Their credentials are the texts
 * `canary-<account>-…`, which must never be seen. Time stands still until `world.clock.advance(ms)`; what a process remembers for half a
 * second is real time, so use `within()` for what another process must learn within one. `world.secondProcess()` needs
 * `{ database: 'postgres' }` (or 'sqlite'): another whole server on the same database, with the same clock, keys and public URL.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { createApiClient, type NewApiClient } from '../../src/api-clients/create-api-client.ts'
import type { App } from '../../src/app.ts'
import { createTestServer, type TestServer } from '../../src/create-test-server.ts'
import type { EnvironmentName } from '../../src/db/tables.ts'
import { logSerializers } from '../../src/http/log-options.ts'
import { createOAuthApp } from '../../src/oauth-apps/create-oauth-app.ts'
import { ManualClock } from '../../src/platform/clock.ts'
import { newKeyRingText } from '../../src/platform/crypto/key-ring.ts'
import { Secret } from '../../src/platform/secret.ts'
import { createProject } from '../../src/projects/create-project.ts'
import { createWorkspace, findOnlyWorkspace } from '../../src/workspace/create-workspace.ts'
import { testDatabases } from '../databases.ts'
import { addAccount, type NewAccount } from './add-account.ts'
import { assertStatus, jsonOf, send, type Sent } from './answers.ts'
import { type DatabaseState, readState } from './database-state.ts'

export interface TestClient {
  id: string
  secret: string
}

export interface WorldOptions {
  /** Default: SQLite in memory. */
  database?: 'memory' | 'sqlite' | 'postgres'
  /** Settings by their environment names. */
  env?: Record<string, string>
}

/** What a Connect token is asked for: the members of the body, and whose project and environment. */
export interface ConnectTokenWish {
  user?: string
  project?: string
  environment?: EnvironmentName
  scope?: string
  allowed_origins?: string[]
  expires_in?: number
  [member: string]: unknown
}

const START = '2026-11-22T12:00:00.000Z'
export const operator = { kind: 'operator', id: null }

export type World = Awaited<ReturnType<typeof openWorld>>

export async function openWorld(t: TestContext, options: WorldOptions = {}) {
  const clock = new ManualClock(START)
  let logged = ''
  const log = pino(
    { level: 'trace', serializers: logSerializers },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged += chunk.toString()
        done()
      },
    }),
  )
  const dataDir = await mkdtemp(join(tmpdir(), 'headgate-world-'))
  const kind = options.database ?? 'memory'
  const database = await testDatabases.find(({ name }) => name === kind)?.open()
  const shared = {
    HEADGATE_DATA_DIR: dataDir,
    HEADGATE_KEYS: newKeyRingText().trim(),
    // Cases about guessing set it themselves; the others send more bad secrets than any honest client.
    HEADGATE_TOKEN_FAILURES_PER_MINUTE: '1000000',
    ...(database === undefined ? {} : { DATABASE_URL: database.url }),
    ...options.env,
  }
  const server = await createTestServer({ clock, log, env: shared })
  const running = [server]
  t.after(async () => {
    for (const one of running.toReversed()) await one.close()
    await database?.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  const { app, address, projectId: p1 } = server
  const c1: TestClient = { id: server.clientId, secret: server.clientSecret }
  const w1 = (await findOnlyWorkspace(app.db.read))!.id
  const p2 = await createProject(app, w1, { name: 'Second project' }, operator)
  // The first workspace is told by its age, so the second must be younger.
  clock.advance(1000)
  const w2 = await createWorkspace(app, {
    name: 'Another workspace',
    adminEmail: 'ola@other.test',
    adminPassword: new Secret('ola-keeps-this-one'),
  })
  const p3 = await createProject(app, w2, { name: 'Foreign project' }, operator)

  const addClient = async (workspaceId: string, wish: Partial<NewApiClient> = {}): Promise<TestClient> => {
    const made = await createApiClient(app, workspaceId, { name: 'Test client', ...wish }, operator)
    return { id: made.clientId, secret: made.clientSecret.reveal() }
  }
  const c2 = await addClient(w1)
  const c9 = await addClient(w2)

  const oauthApp = await createOAuthApp(
    app,
    projectEnvironmentOfRow(w1, { project_id: p1, environment: 'production' }),
    { app: 'acme', client_id: 'canary-oauth-app-id', client_secret: 'canary-oauth-app-secret' },
    operator,
  )
  const p1Production = { workspaceId: w1, project: p1, environment: 'production' as const }
  const accounts = {
    a1: await addAccount(app, {
      ...p1Production,
      user: 'u1',
      app: 'acme',
      oauthAppId: oauthApp.id,
      canary: 'canary-a1',
    }),
    a2: await addAccount(app, { ...p1Production, user: 'u2', app: 'acme_keys', canary: 'canary-a2' }),
    a1d: await addAccount(app, {
      ...p1Production,
      environment: 'development',
      user: 'u1',
      app: 'acme_keys',
      canary: 'canary-a1d',
    }),
    a9: await addAccount(app, {
      workspaceId: w2,
      project: p3,
      environment: 'production',
      user: 'u9',
      app: 'acme_keys',
      canary: 'canary-a9',
    }),
  }

  /** T(scope); the default is everything C1 may do. */
  const token = async (
    wish: { scope?: string; client?: TestClient; address?: string } = {},
  ): Promise<string> => {
    const { id, secret } = wish.client ?? c1
    const answer = await send(wish.address ?? address, 'POST', '/v1/oauth/token', {
      body: {
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
        scope: wish.scope ?? '',
      },
    })
    assertStatus(answer, 200)
    return String(jsonOf(answer)['access_token'])
  }
  // The first use of a client is written down beside the request; after this nobody's row moves for a minute of our clock.
  for (const client of [c1, c2, c9]) await token({ client })
  await within(5_000, async () => (await lastUses(app)) === 3)

  return {
    /** Of the first process. Links and tokens name `server.url` instead. */
    address,
    app,
    clock,
    server,
    /** Ids of workspaces. */
    w1,
    w2,
    p1,
    p2,
    p3,
    c1,
    c2,
    c9,
    accounts,
    oauthAppId: oauthApp.id,
    /** `sqlite:<path>` or `postgres://…`; undefined in memory. */
    databaseUrl: database?.url,
    dataDir,
    token,
    addClient,
    addAccount: (wish: NewAccount) => addAccount(app, wish),
    /** K(user; scope; options): a Connect token for P1 production, unless told otherwise. */
    async connectToken(wish: ConnectTokenWish = {}): Promise<string> {
      const { user = 'u1', project = p1, environment = 'production', ...rest } = wish
      const client = project === p3 ? c9 : c1
      const sent: Sent = {
        token: await token({ client }),
        environment,
        body: { external_user_id: user, ...rest },
      }
      const answer = await send(address, 'POST', `/v1/connect/${project}/tokens`, sent)
      assertStatus(answer, 200)
      return String(jsonOf(answer)['token'])
    },
    /** Every row of the database, now. */
    state: (): Promise<DatabaseState> => readState(app.db),
    /** Everything logged so far, by all processes. */
    logged: () => logged,
    /** Another server on the same database; closed with the world, or before by its own `close`. */
    async secondProcess(): Promise<TestServer> {
      if (database === undefined)
        throw new Error("a second process needs { database: 'postgres' } or 'sqlite'")
      const second = await createTestServer({
        clock,
        log,
        env: {
          ...shared,
          HEADGATE_PUBLIC_URL: server.url,
          HEADGATE_BOOTSTRAP_PROJECT_ID: p1,
          HEADGATE_BOOTSTRAP_CLIENT_ID: c1.id,
          HEADGATE_BOOTSTRAP_CLIENT_SECRET: c1.secret,
        },
      })
      let closing: Promise<void> | undefined
      const close = second.close
      second.close = () => (closing ??= close())
      running.push(second)
      return second
    },
  }
}

async function lastUses(app: App): Promise<number> {
  const rows = await app.db.read.selectFrom('api_clients').select('last_used_at').execute()
  return rows.filter((row) => row.last_used_at !== null).length
}

/** A change reaches every process within a second; the rest is for a busy machine. */
export const REACH_MS = 3_000

/** Waits until `holds` is true, asking again and again. @throws after `milliseconds` of real time */
export async function within(milliseconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`still not so after ${milliseconds} ms`)
    await wait(20)
  }
}

/** EVIL: a listener that counts who connects. Nobody ever should. */
export async function openEvil(t: TestContext): Promise<{ url: string; host: string; contacts(): number }> {
  let contacts = 0
  const evil: Server = createServer((socket) => {
    contacts += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => evil.close(resolve)))
  const { port } = evil.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, contacts: () => contacts }
}
