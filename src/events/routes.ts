/** Table of contents of events: their list, their streams, and the one that is only a test. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { bindProjectEnvironment } from '../access/authorize.ts'
import type { ApiClientCaller } from '../access/caller.ts'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { ListEventsAnswer, ListEventsQuery, StreamQuery, TestEventAnswer } from './contract.ts'
import { EventStreams } from './event-streams.ts'
import { listEvents } from './list-events.ts'
import { type FeedRequest, openFeed, scopeOfClient, scopeOfProject } from './open-feed.ts'
import { sendTestEvent } from './send-test-event.ts'

const P = '/v1/connect/:project_id'
const tags = ['Events']

export function eventRoutes(http: Http, app: App): void {
  const streams = new EventStreams(app)
  http.addHook('preClose', () => streams.endAll())

  async function stream(
    request: FastifyRequest,
    reply: FastifyReply,
    scopeOf: FeedRequest['scopeOf'],
  ): Promise<void> {
    const caller = request.caller as ApiClientCaller
    const lastEventId = (request.headers['last-event-id'] ?? (request.query as StreamQuery).last_event_id) as
      string | undefined
    const feed = await openFeed(app, {
      caller,
      // The scheme has been checked on the way in.
      bearer: request.headers.authorization!.slice('Bearer '.length),
      policy: request.routeOptions.config.policy!,
      lastEventId: lastEventId || undefined,
      scopeOf,
    })
    // Nothing is waited for from here to the start: many at once would slip past the limit together.
    streams.admit(caller.clientId)
    reply.hijack()
    streams.start(reply.raw, reply.getHeaders() as Record<string, string>, feed)
  }

  http.get(`${P}/events`, {
    schema: {
      summary: 'List events',
      tags,
      querystring: ListEventsQuery,
      response: { 200: ListEventsAnswer, ...errorAnswers },
    },
    handler: (request) => listEvents(app, request.projectEnvironment, request.query),
  })
  http.get(`${P}/events/stream`, {
    schema: {
      summary: "Follow a project's events (server-sent events)",
      tags,
      querystring: StreamQuery,
      response: errorAnswers,
    },
    handler: (request, reply) =>
      stream(request, reply as unknown as FastifyReply, async (caller) => {
        const { project_id: project } = request.params as { project_id: string }
        const header = environmentHeader(request)
        return scopeOfProject(
          await bindProjectEnvironment(caller, project, header, (id) => app.projects.find(id)),
        )
      }),
  })
  http.get('/v1/connect/events/stream', {
    schema: {
      summary: 'Follow the events of all projects (server-sent events)',
      tags,
      querystring: StreamQuery,
      response: errorAnswers,
    },
    handler: (request, reply) =>
      stream(request, reply as unknown as FastifyReply, (caller) =>
        scopeOfClient(caller, environmentHeader(request)),
      ),
  })
  http.post(`${P}/webhook/test`, {
    schema: {
      summary: 'Send a test event to the webhook',
      tags: ['Webhooks'],
      response: { 200: TestEventAnswer, ...errorAnswers },
    },
    handler: (request) => sendTestEvent(app, request.projectEnvironment),
  })
}

const environmentHeader = ({ headers }: { headers: FastifyRequest['headers'] }) =>
  headers['x-pd-environment'] as string | undefined
