/** Owns a whole running server: the App, its listener, its recurring work; stopped in reverse. */
import { startCheckLoop } from '../accounts/check-accounts.ts'
import { replayJournal } from '../accounts/commit-refresh.ts'
import { startRefreshLoop } from '../accounts/refresh-loop.ts'
import { continueRevokingAccounts } from '../accounts/revoke-accounts.ts'
import type { App } from '../app.ts'
import { followCatalog } from '../apps/live-catalog.ts'
import type { Config } from '../config.ts'
import { sweepAbandoned, sweepAttempts, sweepHandovers } from '../connect/sweep.ts'
import { sweepConnectTokens } from '../connect-tokens/delete-connect-tokens.ts'
import { sweepEvents } from '../events/sweep-events.ts'
import { drainable } from '../http/drain.ts'
import { createServer, type ServerOptions } from '../http/server.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { tryListening } from '../platform/free-port.ts'
import { type Loop, startLoop } from '../platform/loop.ts'
import { Wake } from '../platform/wake.ts'
import { runRevocations } from '../revocations/run-revocations.ts'
import { sweepReceipts } from '../revocations/sweep-receipts.ts'
import { startDeliveries } from '../webhooks/delivery-loop.ts'
import { sweepSigningKeys } from '../webhooks/sweep-signing-keys.ts'
import { findOnlyWorkspace } from '../workspace/create-workspace.ts'
import { ensureWebBuilt } from './build-web.ts'
import { createApp } from './create-app.ts'
import { type FirstStart, firstStart } from './first-start.ts'
import { withLocalTls } from './local-tls.ts'

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
const REVOKE_EVERY_MS = 10_000
/** Rows per transaction: no sweep holds the database for long. */
const SWEEP_BATCH = 500
const SWEEPS = [sweepAbandoned, sweepHandovers, sweepAttempts, sweepConnectTokens, sweepEvents, sweepReceipts]

/** What the first start makes is shown once, by whoever called this: so all that can go wrong goes wrong before it. */
export async function startServer(given: Config, options: StartOptions = {}): Promise<RunningServer> {
  await tryListening(given.host, given.port)
  await ensureWebBuilt()
  const config = withLocalTls(given, options.clock ?? systemClock)
  const { app, close } = await createApp(config, options)
  try {
    const replayed = await replayJournal(app)
    if (replayed > 0)
      app.log.warn({ entries: replayed }, 'refreshed credentials were brought in from the journal')
    const applySeed = config.seedFile === undefined ? undefined : await readSeed(app, config.seedFile)
    const made = await firstStart(app)
    const workspace = await findOnlyWorkspace(app.db.read)
    if (!workspace) throw new Error('no workspace after the first start')
    await applySeed?.(workspace.id)
    const http = await createServer(app, options)
    const drain = drainable(http)
    await http.listen({ host: config.host, port: config.port })
    const sweep = startSweep(app)
    const revoking = startRevoking(app)
    const delivering = startDeliveries(app)
    const following = followCatalog(app)
    const keepingFresh = config.refreshLoop.on ? [startRefreshLoop(app), startCheckLoop(app)] : []
    return {
      app,
      made,
      workspaceId: workspace.id,
      async stop() {
        // At once: what is begun while the last requests are answered may be cut off in the middle.
        const loops = [...keepingFresh, delivering, revoking, sweep, following].map((loop) => loop.stop())
        await drain()
        await Promise.all(loops)
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What was scheduled before the last stop is carried out first. Whom a provider keeps waiting holds up no batch. */
function startRevoking(app: App): Loop {
  let isStopping = false
  const begun = [continueRevokingAccounts, runRevocations].map((run) => {
    const wake = new Wake()
    const loop = startLoop({
      everyMs: REVOKE_EVERY_MS,
      wake,
      run: () => run(app, () => isStopping),
      onError: (error) => app.log.error({ err: error }, 'revoking failed; it comes round again'),
    })
    return { wake, loop }
  })
  app.revocationsDue.listen(() => begun.forEach(({ wake }) => wake.now()))
  app.revocationsDue.now()
  return {
    async stop() {
      isStopping = true
      await Promise.all(begun.map(({ loop }) => loop.stop()))
    },
  }
}

/** What has expired goes, in small batches. */
const startSweep = (app: App): Loop =>
  startLoop({
    everyMs: SWEEP_EVERY_MS,
    run: async () => {
      for (const sweep of SWEEPS) while ((await sweep(app, SWEEP_BATCH)) === SWEEP_BATCH);
      await sweepSigningKeys(app)
    },
    onError: (error) => app.log.error({ err: error }, 'the sweep failed; it comes round again'),
  })

/** Most servers have none: what reads it is not loaded for them. */
const readSeed = async (app: App, path: string) => (await import('./seed-file.ts')).readSeedFile(app, path)
