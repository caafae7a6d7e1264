/** Owns sealing what is to be revoked: the account's credentials again, bound to the revocation, because their own key is gone. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Binding } from '../platform/crypto/vault.ts'

type Vaulted = Pick<App, 'vault'>

const bindingOf = (env: ProjectEnvironment, id: string): Binding => ({
  table: 'revocations',
  column: 'sealed',
  row: id,
  workspace: env.workspaceId,
  project: env.projectId,
  environment: env.environment,
})

/** `text`: the JSON text of the credentials (accounts/credentials-seal.ts). */
export const sealRevocation = (
  { vault }: Vaulted,
  env: ProjectEnvironment,
  id: string,
  text: string,
): string => vault.seal(bindingOf(env, id), text)

/** @throws SealBroken; KeyNotHeld */
export const openRevocation = ({ vault }: Vaulted, env: ProjectEnvironment, id: string, sealed: string) =>
  JSON.parse(vault.open(bindingOf(env, id), sealed)) as Record<string, string>
