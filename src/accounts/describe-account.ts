/** Owns an account as events carry it: as the API shows it, without credentials. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import type { Reader } from '../db/open.ts'
import { NotFound } from '../platform/errors.ts'
import { renderAccount } from './render-account.ts'
import { findAccount } from './store.ts'

/** @throws NotFound */
export async function describeAccount(
  db: Reader,
  app: Pick<App, 'config' | 'catalog'>,
  env: ProjectEnvironment,
  id: string,
): Promise<unknown> {
  const row = await findAccount(db, env, id, { externalUserId: undefined })
  if (!row) throw new NotFound()
  return JSON.parse(renderAccount(app, row)) as unknown
}
