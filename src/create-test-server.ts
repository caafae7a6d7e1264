/** Owns a whole Headgate in one line of somebody's test: in memory, on a free port, with known ids and the sandbox provider. */
import { createServer } from 'node:net'
import { pino } from 'pino'
import { startServer } from './bootstrap/start-server.ts'
import type { App } from './app.ts'
import { loadConfig } from './config.ts'
import type { Clock } from './platform/clock.ts'

export interface TestServer {
  url: string
  projectId: string
  clientId: string
  clientSecret: string
  /** For tests of Headgate itself. */
  app: App
  close(): Promise<void>
}

export interface TestServerOptions {
  /** A clock that the test moves; without it the machine's. */
  clock?: Clock
  /** Settings by their environment names, see docs/configuration.md. */
  env?: Record<string, string>
  log?: App['log']
}

export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const port = await freePort()
  const { config } = loadConfig({
    PORT: String(port),
    HEADGATE_EPHEMERAL: options.env?.['DATABASE_URL'] === undefined ? 'on' : 'off',
    ...options.env,
  })
  const server = await startServer(config, {
    log: options.log ?? pino({ level: 'silent' }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  })
  if (!server.made) throw new Error('the test server needs a database of its own')
  return {
    url: config.publicUrl,
    projectId: server.made.projectId,
    clientId: server.made.clientId,
    clientSecret: server.made.clientSecret.reveal(),
    app: server.app,
    close: () => server.stop(),
  }
}

/** The address is part of every link, so it must be known before the server listens. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
