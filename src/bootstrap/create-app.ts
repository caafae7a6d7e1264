/** Owns putting the App together: keys checked before anything is written, then migrations, then what the operations are handed. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import { noJournal, openJournal } from '../accounts/journal.ts'
import { LeaseWatch } from '../accounts/lease-watch.ts'
import { ProviderOutages } from '../accounts/provider-outages.ts'
import { RefreshFlights } from '../accounts/refresh-flights.ts'
import { AccessTokens } from '../api-clients/access-tokens.ts'
import { ensureSigningKey } from '../api-clients/signing-keys.ts'
import type { App } from '../app.ts'
import { openLiveCatalog } from '../apps/live-catalog.ts'
import { BadConfig, type Config } from '../config.ts'
import { checkKeys, ensureInstance, openCountedVault, readInstance, WrongKeys } from '../db/instance.ts'
import { migrate } from '../db/migrate.ts'
import { lookInto, openDb } from '../db/open.ts'
import { registerProcess } from '../db/process-registry.ts'
import { logSerializers } from '../http/log-options.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { createKeyFile, readKeyFile } from '../platform/crypto/key-file.ts'
import { type KeyRing, newKeyRingText, parseKeyRing } from '../platform/crypto/key-ring.ts'
import { mintHex } from '../platform/crypto/secrets.ts'
import { Wake } from '../platform/wake.ts'
import { ProjectDirectory } from '../projects/project-directory.ts'
import { createEgress } from '../upstream/egress.ts'
import { MintedTokens } from '../upstream/minted-tokens.ts'
import { catalogSources } from './catalog-sources.ts'

export interface CreatedApp {
  app: App
  /** In reverse order of opening; waits for refreshes under way. */
  close: () => Promise<void>
}

export const createLogger = (level: string): Logger =>
  pino({ level, serializers: logSerializers, base: null })

export async function createApp(
  config: Config,
  overrides: { clock?: Clock; log?: Logger } = {},
): Promise<CreatedApp> {
  const clock = overrides.clock ?? systemClock
  const log = overrides.log ?? createLogger(config.logLevel)
  const sqliteFile = config.databaseUrl.startsWith('sqlite:') && !config.ephemeral
  const databaseUrl = config.ephemeral ? 'sqlite::memory:' : config.databaseUrl
  const ring = await readKeys(config, databaseUrl)
  if (sqliteFile) mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const opened: (() => Promise<void>)[] = []
  const close = async () => {
    for (let end = opened.pop(); end; end = opened.pop()) await end()
  }
  try {
    const db = openDb(databaseUrl, { durable: !config.ephemeral, poolSize: config.poolSize })
    opened.push(() => db.close())
    await migrate(db)
    const { instanceId } = await ensureInstance(db, ring, mintHex(16), clock.now())
    const vault = await openCountedVault(db, ring, instanceId)
    const processes = await registerProcess(db, databaseUrl, mintHex(16))
    opened.push(() => processes.close())
    const sandbox = config.sandbox ? [new URL(config.publicUrl).host] : []
    const egress = openEgress(config.egressAllow, sandbox)
    opened.push(() => egress.close())
    const catalog = await openLiveCatalog({ db, log }, catalogSources(config))
    const base = { config, db, vault, clock, log, egress, processes, catalog }
    await ensureSigningKey(base)
    const app: App = {
      ...base,
      mintedTokens: new MintedTokens(),
      accessTokens: new AccessTokens(base),
      projects: new ProjectDirectory(base),
      refreshFlights: new RefreshFlights(),
      leases: new LeaseWatch(),
      outages: new ProviderOutages(base),
      revocationsDue: new Wake(),
      journal: config.ephemeral ? noJournal : await openJournal(join(config.dataDir, 'journal')),
    }
    opened.push(() => app.refreshFlights.landed())
    return { app, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Keys from the setting, else from the file; made only for a database that is new. Data whose keys are not these is not touched. */
/** @throws BadConfig for an entry that is no target */
function openEgress(allowed: string[], sandbox: string[]) {
  try {
    return createEgress({ allow: [...allowed, ...sandbox] })
  } catch (cause) {
    throw new BadConfig(`HEADGATE_EGRESS_ALLOW: ${(cause as Error).message}`, { cause })
  }
}

async function readKeys(config: Config, databaseUrl: string): Promise<KeyRing> {
  const known = await lookInto(databaseUrl, readInstance)
  const text = config.keys?.reveal() ?? (config.ephemeral ? newKeyRingText() : readKeyFile(config.keysFile))
  if (text === undefined) {
    if (known) {
      const ids = known.keys.map((key) => key.id).join(', ')
      throw new WrongKeys(
        `there is data, sealed with the keys ${ids}, but no key: neither HEADGATE_KEYS nor ${config.keysFile}`,
      )
    }
    return parseKeyRing(createKeyFile(config.keysFile))
  }
  const ring = parseKeyRing(text)
  if (known) checkKeys(known, ring)
  return ring
}
