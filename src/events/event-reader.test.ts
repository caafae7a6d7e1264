/** Reading on in the events: what was looked through once is not looked through again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWebhookWorld } from '../../test/security/webhook-world.ts'
import { EventReader } from './event-reader.ts'
import { lastPosition } from './store.ts'

test('who has no events of his own does not read past those of others each time', async (t) => {
  const world = await openWebhookWorld(t)
  const queries: string[] = []
  const read = world.app.db.read.withPlugin({
    transformQuery({ node }) {
      queries.push(JSON.stringify(node))
      return node
    },
    transformResult: async ({ result }) => result,
  })
  const quiet = { workspaceId: world.w1, projectIds: null, environments: ['development' as const] }
  const reader = await EventReader.open({ db: { ...world.app.db, read } }, quiet, undefined)
  for (let i = 0; i < 3; i += 1) await world.happen()
  const head = await lastPosition(world.app.db.read)
  assert.deepEqual(await reader.next(), [])
  assert.ok(!queries.some((query) => query.includes(String(head))))
  assert.deepEqual(await reader.next(), [])
  assert.ok(queries.at(-1)!.includes(String(head)), 'it goes on where the others are')
})
