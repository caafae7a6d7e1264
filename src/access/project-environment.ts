/** Owns the proof that a caller may act in a project and environment. Only this folder makes one. */
import type { EnvironmentName } from '../db/tables.ts'

declare const proof: unique symbol

/** The unit of tenancy: every query on a tenant's rows takes it first. A plain object does not pass the type check. */
export interface ProjectEnvironment {
  readonly workspaceId: string
  readonly projectId: string
  readonly environment: EnvironmentName
  readonly [proof]: true
}

/** For access/ alone: call it where the right to act has just been established. */
export const proveProjectEnvironment = (
  workspaceId: string,
  projectId: string,
  environment: EnvironmentName,
): ProjectEnvironment => ({ workspaceId, projectId, environment }) as ProjectEnvironment

/** For background work: the row itself names its tenant. `workspaceId` is the one its project belongs to. */
export const projectEnvironmentOfRow = (
  workspaceId: string,
  row: { project_id: string; environment: EnvironmentName },
): ProjectEnvironment => proveProjectEnvironment(workspaceId, row.project_id, row.environment)
