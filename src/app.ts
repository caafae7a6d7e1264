/** Owns the App record: the capabilities that operations are handed, each replaceable by a test. */
import type { Logger } from 'pino'
import type { AccessTokens } from './api-clients/access-tokens.ts'
import type { LiveCatalog } from './apps/live-catalog.ts'
import type { Config } from './config.ts'
import type { Db } from './db/open.ts'
import type { ProcessRegistry } from './db/process-registry.ts'
import type { Clock } from './platform/clock.ts'
import type { Vault } from './platform/crypto/vault.ts'
import type { Wake } from './platform/wake.ts'
import type { Journal } from './accounts/journal.ts'
import type { LeaseWatch } from './accounts/lease-watch.ts'
import type { ProviderOutages } from './accounts/provider-outages.ts'
import type { RefreshFlights } from './accounts/refresh-flights.ts'
import type { ProjectDirectory } from './projects/project-directory.ts'
import type { Egress } from './upstream/egress.ts'
import type { MintedTokens } from './upstream/minted-tokens.ts'

export interface App {
  config: Config
  db: Db
  vault: Vault
  clock: Clock
  log: Logger
  catalog: LiveCatalog
  egress: Egress
  mintedTokens: MintedTokens
  processes: ProcessRegistry
  accessTokens: AccessTokens
  projects: ProjectDirectory
  refreshFlights: RefreshFlights
  leases: LeaseWatch
  outages: ProviderOutages
  journal: Journal
  /** Wakes the loop of revocations, once what was scheduled has been committed. */
  revocationsDue: Wake
}
