/** The contract of lists: none, one, limit and limit + 1 items, from both ends (contract section 4). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ContractWorld, contractWorld } from './contract-world.ts'
import { walkPages } from './walk-pages.ts'

let world: ContractWorld
before(async () => {
  world = await contractWorld()
})
after(() => world.close())

const LIMIT = 2
const lists = [
  {
    shape: 'AccountPage',
    path: () => `${world.P}/accounts?external_user_id=pager`,
    nothing: () => `${world.P}/accounts?external_user_id=nobody`,
    make: () => world.account('pager'),
  },
  {
    shape: 'ExternalUserPage',
    path: () => `${world.P}/users?q=paged%20user`,
    nothing: () => `${world.P}/users?q=nobody%20at%20all`,
    // A search has no kept total.
    total: null,
    make: async (n: number) => {
      await world.connectToken(`paged user ${n}`)
      const { data } = await world.call(
        200,
        'ExternalUserPage',
        'GET',
        `${world.P}/users?q=paged%20user%20${n}`,
      )
      return data[0]!
    },
  },
  {
    shape: 'OAuthAppPage',
    path: () => `${world.P}/oauth_apps?app=slack_v2`,
    nothing: () => `${world.P}/oauth_apps?app=no_such_app`,
    make: (n: number) => {
      const body = { app: 'slack_v2', client_id: `paged-${n}`, client_secret: 'x' }
      return world.call(200, 'OAuthApp', 'POST', `${world.P}/oauth_apps`, { body })
    },
  },
] as const

for (const { shape, path, nothing, make, ...rest } of lists) {
  test(`${shape}: paging through none, one, limit and limit + 1, from both ends`, async () => {
    const total = (count: number) => ('total' in rest ? rest.total : count)
    assert.deepEqual(await walkPages(world, shape, nothing(), LIMIT, total(0)), [])
    const newestFirst: string[] = []
    for (const count of [1, LIMIT, LIMIT + 1, 2 * LIMIT + 1]) {
      while (newestFirst.length < count) newestFirst.unshift((await make(newestFirst.length)).id)
      const ids = await walkPages(world, shape, path(), LIMIT, total(count))
      assert.deepEqual(ids, newestFirst)
    }
  })
}

test('AppPage: the same, in each order', async () => {
  const total = world.app.catalog.current.list().length
  for (const order of [
    'sort_key=name',
    'sort_key=name_slug&sort_direction=desc',
    'sort_key=featured_weight',
  ]) {
    for (const limit of [1, total - 1, total]) {
      const ids = await walkPages(world, 'AppPage', `/v1/connect/apps?${order}`, limit, total)
      assert.equal(ids.length, total)
    }
  }
})
