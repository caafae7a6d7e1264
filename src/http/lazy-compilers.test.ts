/** What is compiled only when it is needed must compile all the same, and refuse as it would have from the start. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { createTestServer } from '../create-test-server.ts'
import { eagerCompilers, lazyCompilers } from './lazy-compilers.ts'
import { createServer } from './server.ts'

test('every schema of every route compiles', async (t) => {
  const { app, close } = await createTestServer()
  t.after(close)
  const http = await createServer(app, { compilers: eagerCompilers })
  await http.close()
})

test('checks and serializers are those of Fastify: first, again, and after a refusal', async (t) => {
  const answers = await Promise.all(
    [eagerCompilers, lazyCompilers].map(async (compilersFactory) => {
      const http = fastify({ schemaController: { compilersFactory } })
      t.after(() => http.close())
      const shape = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }
      http.post('/n', { schema: { body: shape, response: { 200: shape } } }, async () => ({
        n: 2,
        secret: 's',
      }))
      const bodies = [{ n: 'x' }, { n: 1 }, {}, { n: 1 }]
      const all = []
      for (const payload of bodies) {
        const { statusCode, body } = await http.inject({ method: 'POST', url: '/n', payload })
        all.push([statusCode, body])
      }
      return all
    }),
  )
  assert.deepEqual(answers[0], answers[1])
  assert.deepEqual(
    answers[1]?.map(([status]) => status),
    [400, 200, 400, 200],
  )
  assert.equal(answers[1]?.[1]?.[1], '{"n":2}')
  assert.match(String(answers[1]?.[2]?.[1]), /must have required property 'n'/)
})
