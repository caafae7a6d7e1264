/** Owns the project that a command line names. */
import type { App } from '../app.ts'
import { UsageError } from './usage-error.ts'

/** Its id. @throws UsageError when the workspace has no such project */
export async function requireProject(app: App, workspaceId: string, id: string): Promise<string> {
  const project = await app.projects.find(id)
  if (project?.workspace_id !== workspaceId) throw new UsageError(`there is no project ${id}`)
  return project.id
}
