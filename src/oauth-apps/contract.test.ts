/** What the routes refuse at the door: the database here fails every test that reaches it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fastify } from 'fastify'
import { proveProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { loadCatalog } from '../apps/catalog.ts'
import { builtInDir, compiledFile } from '../bootstrap/catalog-sources.ts'
import { errorAnswer } from '../http/error-body.ts'
import type { Http } from '../http/http.ts'
import { readJsonBody } from '../platform/request-body.ts'
import { oauthAppRoutes } from './routes.ts'

class Reached extends Error {}
const reach = (): never => {
  throw new Reached()
}
const { catalog } = await loadCatalog({ builtInDir, compiledFile })
const app = {
  catalog: { current: catalog },
  clock: { now: () => 0 },
  vault: { seal: () => 'sealed' },
  db: {
    write: reach,
    get read() {
      return reach()
    },
  },
} as unknown as App

const http = fastify({
  exposeHeadRoutes: false,
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
}) as unknown as Http
http.removeAllContentTypeParsers()
http.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) =>
  readJsonBody(body),
)
http.addHook('onRequest', async (request) => {
  request.projectEnvironment = proveProjectEnvironment('ws_1', 'proj_A', 'production')
  request.caller = { kind: 'api_client', clientId: 'client_1' } as never
})
http.setErrorHandler((error, _request, reply) => {
  if (error instanceof Reached) return reply.code(299).send()
  const { status, body } = errorAnswer(error, false)
  return reply.code(status).send(body)
})
oauthAppRoutes(http, app)
after(() => http.close())

/** 299: let in. */
async function send(method: 'GET' | 'POST' | 'PUT', path: string, payload?: string) {
  const answer = await http.inject({
    method,
    url: `/v1/connect/proj_A/${path}`,
    headers: { 'content-type': 'application/json' },
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: answer.statusCode, text: answer.body }
}

const valid = { app: 'github', client_id: 'id', client_secret: 'raw-secret' }
const create = (changes: object) => send('POST', 'oauth_apps', JSON.stringify({ ...valid, ...changes }))
const update = (body: unknown) => send('PUT', 'oauth_apps/oa_1', JSON.stringify(body))

const badText = [1, true, {}, ['x'], 'a\0b', 'a\nb', 'a\u007fb', 'a\u0085b', '   ', '', '\ud800']
const badFields: Record<string, unknown[]> = {
  client_id: [...badText, null, 'x'.repeat(4097)],
  client_secret: [...badText, null, 'x'.repeat(4097), `${' '.repeat(4000)}\0`],
  name: [...badText, 'x'.repeat(101)],
  description: [1, true, {}, ['x'], 'a\0b', 'a\nb', '\ud800', 'x'.repeat(501)],
}
const badScopes = [
  'repo',
  {},
  [1],
  [null],
  [''],
  ['a b'],
  ['a\tb'],
  ['a\0b'],
  ['x'.repeat(301)],
  Array(201).fill('x'),
]

test('a create or an update with a bad field is refused, and the answer does not repeat the secret', async () => {
  const fields = { ...badFields, scopes: badScopes, additional_scopes: badScopes }
  for (const [name, values] of Object.entries(fields)) {
    for (const value of values) {
      for (const answer of [await create({ [name]: value }), await update({ [name]: value })]) {
        assert.equal(answer.status, 400, `${name}: ${JSON.stringify(value)} ${answer.text}`)
        assert.doesNotMatch(answer.text, /raw-secret/)
      }
    }
  }
})

test('what is missing is named; an app must exist and connect by OAuth', async () => {
  for (const name of Object.keys(valid)) {
    const answer = await create({ [name]: undefined })
    assert.equal(answer.status, 400)
    assert.match(answer.text, new RegExp(`${name} is missing`))
  }
  for (const [name, code] of [
    ['no_such_app', 'unknown_app'],
    ['__proto__', 'unknown_app'],
    ['github\0', 'unknown_app'],
    ['openai', 'not_an_oauth_app'],
  ] as const) {
    const answer = await create({ app: name })
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, code], name)
  }
  for (const payload of ['[]', 'null', '"x"', '{', '{"name":"a","name":"b"}', ''])
    assert.equal((await send('PUT', 'oauth_apps/oa_1', payload)).status, 400, payload)
})

test('the limits themselves are let in, and so are null, odd characters and unknown members', async () => {
  const most = {
    client_id: 'x'.repeat(4096),
    client_secret: 'x'.repeat(4096),
    name: '😀'.repeat(100),
    description: '',
    scopes: Array(200).fill('x'.repeat(300)),
    additional_scopes: [],
  }
  const odd = {
    name: null,
    description: null,
    scopes: null,
    additional_scopes: null,
    client_secret: ' päß "\' ',
  }
  for (const body of [most, odd, { unknown: 1 }]) {
    assert.equal((await create(body)).status, 299, JSON.stringify(body).slice(0, 80))
    assert.equal((await update(body)).status, 299)
  }
})

test('a query or a default that is not well formed is refused', async () => {
  for (const query of [
    'limit=0',
    'limit=-1',
    'limit=1.5',
    'limit=',
    'after=',
    'q=%00',
    'app=%00',
    'q=a&q=b',
    'app=a&app=b',
    `q=${'x'.repeat(201)}`,
  ])
    assert.equal((await send('GET', `oauth_apps?${query}`)).status, 400, query)
  assert.equal((await send('GET', 'oauth_apps?limit=100000')).status, 299)
  for (const body of [
    {},
    { oauth_app_id: 1 },
    { oauth_app_id: ['oa_1'] },
    { oauth_app_id: 'x'.repeat(101) },
    [],
  ])
    assert.equal((await send('PUT', 'default_oauth_apps/github', JSON.stringify(body))).status, 400)
  assert.equal((await send('PUT', 'default_oauth_apps/github%00', '{"oauth_app_id":null}')).status, 404)
})
