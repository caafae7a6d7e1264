/** Owns `headgate signing-keys`: the keys that sign access tokens. */
import { removeSigningKey, rotateSigningKey } from '../api-clients/signing-keys.ts'
import { UsageError } from './usage-error.ts'
import { withApp } from './with-app.ts'

export const help = `Usage:
  headgate signing-keys list
  headgate signing-keys rotate      a new key signs ten minutes from now; issued tokens live on
  headgate signing-keys remove ID   emergency: every token of this key is refused within a second`

export async function signingKeys(args: string[]): Promise<void> {
  const [verb, id, extra] = args
  const isWhole =
    verb === 'list' || verb === 'rotate' ? id === undefined : verb === 'remove' && id !== undefined
  if (!isWhole || extra !== undefined) throw new UsageError(help)
  await withApp(async (app) => {
    if (verb === 'list') {
      for (const key of await app.accessTokens.publishedKeys()) console.log(`${key.kid}  ${key.alg}`)
    } else if (verb === 'rotate') console.log(await rotateSigningKey(app))
    else await removeSigningKey(app, id!)
  })
}
