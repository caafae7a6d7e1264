/** Owns the part of a delivery that is sealed at rest: the Connect token that a connection webhook names. */
import type { App } from '../app.ts'
import type { Binding } from '../platform/crypto/vault.ts'
import type { DeliveryRow } from './store.ts'

type Bound = Pick<DeliveryRow, 'id' | 'project_id' | 'environment'>

const bindingOf = (row: Bound): Binding => ({
  table: 'deliveries',
  column: 'sealed',
  row: row.id,
  project: row.project_id,
  environment: row.environment,
})

export const sealConnectToken = (app: Pick<App, 'vault'>, row: Bound, connectToken: string): string =>
  app.vault.seal(bindingOf(row), connectToken)

/** @throws SealBroken */
export const openConnectToken = (app: Pick<App, 'vault'>, row: Bound, sealed: string): string =>
  app.vault.open(bindingOf(row), sealed)
