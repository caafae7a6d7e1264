/** Owns a whole running server: the App, its listener, its recurring work; stopped in reverse. */
import { replayJournal } from '../accounts/commit-refresh.ts'
import type { App } from '../app.ts'
import type { Config } from '../config.ts'
import { sweepAttempts } from '../connect/sweep.ts'
import { sweepConnectTokens } from '../connect-tokens/delete-connect-tokens.ts'
import { drainable } from '../http/drain.ts'
import { createServer, type ServerOptions } from '../http/server.ts'
import type { Clock } from '../platform/clock.ts'
import { type Loop, startLoop } from '../platform/loop.ts'
import { findOnlyWorkspace } from '../workspace/create-workspace.ts'
import { ensureWebBuilt } from './build-web.ts'
import { createApp } from './create-app.ts'
import { type FirstStart, firstStart } from './first-start.ts'
import { applySeedFile } from './seed-file.ts'

export interface RunningServer {
  app: App
  /** What the first start made; undefined on later ones. */
  made: FirstStart | undefined
  workspaceId: string
  /** Lets requests and refreshes under way finish, then closes everything. */
  stop: () => Promise<void>
}

export interface StartOptions extends ServerOptions {
  clock?: Clock
  log?: App['log']
}

const SWEEP_EVERY_MS = 60_000
/** Rows per transaction: no sweep holds the database for long. */
const SWEEP_BATCH = 500

export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  await ensureWebBuilt()
  const { app, close } = await createApp(config, options)
  try {
    const replayed = await replayJournal(app)
    if (replayed > 0)
      app.log.warn({ entries: replayed }, 'refreshed credentials were brought in from the journal')
    const made = await firstStart(app)
    const workspace = await findOnlyWorkspace(app.db.read)
    if (!workspace) throw new Error('no workspace after the first start')
    if (config.seedFile !== undefined) await applySeedFile(app, workspace.id, config.seedFile)
    const http = await createServer(app, options)
    const drain = drainable(http)
    await http.listen({ host: config.host, port: config.port })
    const sweep = startSweep(app)
    return {
      app,
      made,
      workspaceId: workspace.id,
      async stop() {
        await drain()
        await sweep.stop()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What has expired goes, in small batches. */
const startSweep = (app: App): Loop =>
  startLoop({
    everyMs: SWEEP_EVERY_MS,
    run: async () => {
      for (const sweep of [sweepAttempts, sweepConnectTokens]) {
        while ((await sweep(app, SWEEP_BATCH)) === SWEEP_BATCH);
      }
    },
    onError: (error) => app.log.error({ err: error }, 'the sweep failed; it comes round again'),
  })
