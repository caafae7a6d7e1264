/** Owns what an event stream carries, and whether its caller may still have it. */
import { authorizeCaller, requireEnvironment } from '../access/authorize.ts'
import type { ApiClientCaller } from '../access/caller.ts'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { RoutePolicy } from '../access/route-policies.ts'
import type { App } from '../app.ts'
import { AppError } from '../platform/errors.ts'
import { EventReader, markOf } from './event-reader.ts'
import type { Feed } from './event-streams.ts'
import type { EventScope } from './store.ts'

export interface FeedRequest {
  caller: ApiClientCaller
  /** The access token, to be judged again and again. */
  bearer: string
  policy: RoutePolicy
  lastEventId: string | undefined
  /** What the caller may see, as he is now. */
  scopeOf: (caller: ApiClientCaller) => EventScope | Promise<EventScope>
}

/** @throws BadRequest `unknown_event`; what `scopeOf` throws */
export async function openFeed(
  app: Pick<App, 'db' | 'clock' | 'accessTokens'>,
  { caller, bearer, policy, lastEventId, scopeOf }: FeedRequest,
): Promise<Feed> {
  const scope = await scopeOf(caller)
  const opened = JSON.stringify(scope)
  const mark = markOf(app.clock.now())
  return {
    clientId: caller.clientId,
    reader: await EventReader.open(app, scope, lastEventId),
    topic: `events of ${scope.projectIds?.length === 1 ? scope.projectIds[0]! : scope.workspaceId}`,
    ...(lastEventId === undefined ? { mark } : {}),
    async isAllowed() {
      const now = await app.accessTokens.callerOf(bearer)
      if (!now) return false
      try {
        authorizeCaller(policy, now)
        return JSON.stringify(await scopeOf(now)) === opened
      } catch (error) {
        if (error instanceof AppError) return false
        throw error
      }
    },
  }
}

export const scopeOfProject = ({ workspaceId, projectId, environment }: ProjectEnvironment): EventScope => ({
  workspaceId,
  projectIds: [projectId],
  environments: [environment],
})

/** All that the client may act in; narrowed by the header where it is sent. */
export const scopeOfClient = (caller: ApiClientCaller, header: string | undefined): EventScope => ({
  workspaceId: caller.workspaceId,
  projectIds: caller.projectIds,
  environments: header === undefined ? caller.environments : [requireEnvironment(caller, header)],
})
