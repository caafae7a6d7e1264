/** Owns the kept totals of OAuth apps: of a project, and of a project for one app. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import { counterKey } from '../db/counters.ts'

export const oauthAppCounter = (env: Pick<ProjectEnvironment, 'projectId'>, appSlug?: string): string =>
  counterKey('oauth_apps', env.projectId, appSlug ?? null)

/** The counters that one OAuth app is in. */
export const countersOfOAuthApp = (env: Pick<ProjectEnvironment, 'projectId'>, appSlug: string): string[] => [
  oauthAppCounter(env),
  oauthAppCounter(env, appSlug),
]
