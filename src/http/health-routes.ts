/** Owns what an operator's machinery asks: alive, ready, figures, and the description of the API. */
import { readFileSync } from 'node:fs'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { App } from '../app.ts'
import { Forbidden, Unavailable } from '../platform/errors.ts'
import { readCounter } from '../db/counters.ts'
import type { Http } from './http.ts'

const tags = ['Operation']
const openapiFile = new URL('../../docs/openapi.json', import.meta.url)
const READY_TIMEOUT_MS = 2_000

export function healthRoutes(http: Http, app: App): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'headgate_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  })
  http.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    const { method, ip: address } = request
    const ms = Math.round(reply.elapsedTime)
    // The route's pattern, never the path: paths hold Connect tokens, handles and the ids of people.
    request.log.info({ method, route, status: reply.statusCode, address, ms }, 'answered')
  })

  let stopping = false
  http.addHook('preClose', async () => {
    stopping = true
  })

  http.get('/healthz', {
    schema: { summary: 'The process is alive', tags },
    handler: async () => ({ status: 'ok' }),
  })
  http.get('/readyz', {
    schema: { summary: 'The server can do its work', tags },
    handler: async () => {
      if (stopping) throw new Unavailable('stopping', 5)
      await within(READY_TIMEOUT_MS, readCounter(app.db.read, 'ready'))
      return { status: 'ok' }
    },
  })
  http.get('/metrics', {
    schema: { summary: 'Figures for Prometheus, to loopback only', tags },
    handler: async (request, reply) => {
      if (
        !LOOPBACK.has(request.socket.remoteAddress ?? '') ||
        request.headers['x-forwarded-for'] !== undefined
      ) {
        throw new Forbidden('Metrics are served to loopback only', { code: 'loopback_only' })
      }
      return reply.type(registry.contentType).send(await registry.metrics())
    },
  })
  http.get('/openapi.json', {
    schema: { summary: 'This API, described', tags },
    handler: async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(readFileSync(openapiFile)),
  })
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Unavailable('the storage does not answer', 2)), milliseconds)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
