/** Owns the kept totals of app overrides: of a project, and of a project for one app. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { counterKey } from '../db/counters.ts'

type Project = Pick<ProjectEnvironment, 'projectId'>

export const appOverrideCounter = (env: Project, appSlug?: string): string =>
  counterKey('app_overrides', env.projectId, appSlug ?? null)

export const countersOfAppOverride = (env: Project, appSlug: string): string[] => [
  appOverrideCounter(env),
  appOverrideCounter(env, appSlug),
]
