/** Owns every query on projects. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { Reader, Tx } from '../db/open.ts'
import type { Tables } from '../db/tables.ts'

export type Project = Tables['projects']

/** By id alone: the directory asks whose it is, before anybody's right to it is judged. */
export const findProject = (db: Reader, id: string): Promise<Project | undefined> =>
  db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst()

export async function insertProject(tx: Tx, row: Project): Promise<void> {
  await tx.insertInto('projects').values(row).execute()
}

type Tenant = Pick<ProjectEnvironment, 'workspaceId' | 'projectId'>

export async function updateProjectRow(tx: Tx, env: Tenant, change: Partial<Project>): Promise<void> {
  await tx
    .updateTable('projects')
    .set(change)
    .where('id', '=', env.projectId)
    .where('workspace_id', '=', env.workspaceId)
    .execute()
}

type Logo = Tables['project_logos']

/** In place of the one before. */
export async function putLogo(tx: Tx, env: Tenant, logo: Logo): Promise<void> {
  const { project_id: _id, ...changed } = logo
  await tx
    .insertInto('project_logos')
    .values(logo)
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet(changed))
    .execute()
  await updateProjectRow(tx, env, { logo_digest: logo.digest, updated_at: logo.updated_at })
}

/** Two projects may have the same picture. */
export const findLogo = (db: Reader, digest: string): Promise<Logo | undefined> =>
  db.selectFrom('project_logos').selectAll().where('digest', '=', digest).limit(1).executeTakeFirst()
