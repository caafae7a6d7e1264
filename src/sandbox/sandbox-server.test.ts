/** A sandbox provider over HTTP for the tests of this room. No test of its own, but the rules for tests apply to it. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { fastify } from 'fastify'
import type { App } from '../app.ts'
import { migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import { errorAnswer } from '../http/error-body.ts'
import type { Http } from '../http/http.ts'
import { ManualClock } from '../platform/clock.ts'
import { codeChallengeOf } from '../platform/crypto/secrets.ts'
import { testDatabases } from '../../test/databases.ts'
import type { SandboxSettings, StatsAnswer } from './contract.ts'
import { sandboxRoutes } from './routes.ts'

export const CLIENT = { client_id: 'acme-sandbox-client', client_secret: 'acme-sandbox-secret' }
const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-long'
export type Fields = Record<string, string>
type Json = Record<string, string>

export async function startSandbox(t: TestContext, kind: (typeof testDatabases)[number]) {
  const database = await kind.open()
  const db = openDb(database.url, { durable: false })
  await migrate(db)
  const clock = new ManualClock('2026-11-22T12:00:00Z')
  const config = { publicUrl: '' }
  const http = fastify({
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }) as unknown as Http
  http.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = errorAnswer(error, request.routeOptions.config.oauth === true)
    return reply.code(status).headers(headers).send(body)
  })
  const arrived = { requests: 0 }
  http.addHook('onRequest', async () => {
    arrived.requests += 1
  })
  sandboxRoutes(http, { db, clock, config } as unknown as App)
  /** Where the callback of the developer's server would send the browser in the end. */
  const onward = { url: '' }
  http.get('/connect/oauth/oa_1/callback', (_request, reply) => reply.redirect(onward.url))
  const address = await http.listen({ host: '127.0.0.1', port: 0 })
  config.publicUrl = address
  t.after(async () => {
    await http.close()
    await db.close()
    await database.close()
  })

  const redirectUri = `${address}/connect/oauth/oa_1/callback?kept=1`
  const query = (changes: Fields = {}) => {
    const fields = {
      client_id: CLIENT.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 'st&te"<',
      code_challenge: codeChallengeOf(VERIFIER),
      code_challenge_method: 'S256',
      ...changes,
    }
    return new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== '')).toString()
  }
  const get = (path: string, headers: Fields = {}) => fetch(address + path, { headers, redirect: 'manual' })
  const post = (path: string, form: Fields, headers: Fields = {}) =>
    fetch(address + path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    })
  const consent = async (form: Fields = {}, changes: Fields = {}) => {
    const answer = await post(`/sandbox/oauth/authorize?${query(changes)}`, {
      person: 'ada',
      decision: 'allow',
      'scope.read': 'on',
      'scope.profile': 'on',
      ...form,
    })
    assert.equal(answer.status, 303, await answer.text())
    return new URL(answer.headers.get('location')!)
  }
  const code = async (form?: Fields, changes?: Fields) =>
    (await consent(form, changes)).searchParams.get('code')!
  const token = async (form: Fields, headers?: Fields) => {
    const answer = await post('/sandbox/oauth/token', form, headers)
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, text, body: readJson(text) }
  }
  const codeForm = (value: string): Fields => ({
    grant_type: 'authorization_code',
    code: value,
    redirect_uri: redirectUri,
    code_verifier: VERIFIER,
    ...CLIENT,
  })
  const exchange = async () => (await token(codeForm(await code()))).body
  const refresh = (refreshToken: string) =>
    token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...CLIENT })
  const put = (body: unknown, headers: Fields = {}) =>
    fetch(`${address}/sandbox/settings`, {
      method: 'PUT',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const settings = async (body: object) => {
    const answer = await put(body)
    assert.equal(answer.status, 200)
    return (await answer.json()) as SandboxSettings
  }
  const stats = async () => (await (await get('/sandbox/stats')).json()) as StatsAnswer
  const me = (accessToken: string) => get('/sandbox/api/me', { authorization: `Bearer ${accessToken}` })
  return {
    address,
    http,
    db,
    clock,
    redirectUri,
    onward,
    arrived,
    query,
    get,
    post,
    consent,
    code,
    token,
    codeForm,
    exchange,
    refresh,
    put,
    settings,
    stats,
    me,
  }
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return {} // Of another format, or garbage as ordered: the test looks at the text.
  }
}

type Sandbox = Awaited<ReturnType<typeof startSandbox>>

/** The same test on a sandbox of its own for each kind of database. */
export function scenario(name: string, run: (sandbox: Sandbox) => Promise<void>): void {
  for (const kind of testDatabases)
    test(`${name} (${kind.name})`, async (t) => run(await startSandbox(t, kind)))
}
