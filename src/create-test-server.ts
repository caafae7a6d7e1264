/** Owns a whole Headgate in one line of somebody's test: in memory, on a free port, with known ids and the sandbox provider. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startServer } from './bootstrap/start-server.ts'
import type { App } from './app.ts'
import { loadConfig } from './config.ts'
import type { Clock } from './platform/clock.ts'
import { freePort } from './platform/free-port.ts'

export interface TestServer {
  /** The public URL: what links and tokens name. */
  url: string
  /** Where this process itself listens; differs from `url` when several processes share one public URL. */
  address: string
  projectId: string
  clientId: string
  clientSecret: string
  /** For tests of Headgate itself. */
  app: App
  close(): Promise<void>
}

export interface TestServerOptions {
  /** A clock that the test moves, and then nothing is refreshed in the background unless `env` says so; without it the machine's. */
  clock?: Clock
  /** Settings by their environment names, see docs/configuration.md. */
  env?: Record<string, string>
  log?: App['log']
}

/**
 * With `DATABASE_URL`, several servers may share a database: they need the same `HEADGATE_KEYS` and `HEADGATE_PUBLIC_URL`, and the three
 * presets `HEADGATE_BOOTSTRAP_PROJECT_ID`, `_CLIENT_ID` and `_CLIENT_SECRET`, because a secret is shown only to the server that made it.
 */
export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { DATABASE_URL: databaseUrl, HEADGATE_DATA_DIR: dataDir } = options.env ?? {}
  // Beside a database there is the journal of refreshes under way: a test's does not go where somebody works.
  const folder =
    databaseUrl !== undefined && dataDir === undefined
      ? await mkdtemp(join(tmpdir(), 'headgate-test-server-'))
      : undefined
  const removeFolder = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
  const env = { ...(folder === undefined ? {} : { HEADGATE_DATA_DIR: folder }), ...options.env }
  const { server, config } = await startOnFreePort({ ...options, env }).catch(async (error: unknown) => {
    await removeFolder()
    throw error
  })
  const { projectId, clientId, clientSecret } = server.made ?? config.bootstrap
  const close = async () => {
    await server.stop()
    await removeFolder()
  }
  if (projectId === undefined || clientId === undefined || clientSecret === undefined) {
    await close()
    throw new Error('this database was started before: give the ids and the secret as HEADGATE_BOOTSTRAP_*')
  }
  return {
    url: config.publicUrl,
    address: `${server.app.config.tlsCert === undefined ? 'http' : 'https'}://127.0.0.1:${config.port}`,
    projectId,
    clientId,
    clientSecret: clientSecret.reveal(),
    app: server.app,
    close,
  }
}

const ATTEMPTS = 5

/** The public address has to be known before the server listens, and another process may take its port meanwhile: then another one. */
async function startOnFreePort({ env = {}, log = pino({ level: 'silent' }), clock }: TestServerOptions) {
  for (let attempt = 1; ; attempt += 1) {
    const { config } = loadConfig({
      PORT: String(await freePort()),
      // What a test counts is what it does itself, where it moves the time.
      HEADGATE_REFRESH_LOOP: clock === undefined ? 'on' : 'off',
      HEADGATE_EPHEMERAL: env['DATABASE_URL'] === undefined ? 'on' : 'off',
      ...env,
    })
    try {
      return { config, server: await startServer(config, { log, ...(clock === undefined ? {} : { clock }) }) }
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isTaken || env['PORT'] !== undefined || attempt === ATTEMPTS) throw error
    }
  }
}
