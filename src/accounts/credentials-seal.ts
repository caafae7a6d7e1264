/** Owns how credentials are sealed: the JSON text that the wire carries, bound to account, tenant and generation. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Binding, Vault } from '../platform/crypto/vault.ts'
import type { CredentialsRow } from './store.ts'

/** As `include_credentials` answers them (contract 2.A, AccountCredentials): texts only. */
export type CredentialValues = Record<string, string>

export const bindingOf = (
  env: ProjectEnvironment,
  account: { id: string; external_user_id: string },
  generation: number,
): Binding => ({
  table: 'credentials',
  column: 'sealed',
  row: account.id,
  workspace: env.workspaceId,
  project: env.projectId,
  environment: env.environment,
  externalUser: account.external_user_id,
  generation,
})

/** The JSON text of the credentials, ready to be spliced into an answer. @throws SealBroken */
export const openCredentialsText = (
  vault: Vault,
  env: ProjectEnvironment,
  row: Pick<CredentialsRow, 'data_key' | 'sealed' | 'generation'> & { id: string; external_user_id: string },
): string => vault.openWith(row.data_key, bindingOf(env, row, row.generation), row.sealed)
