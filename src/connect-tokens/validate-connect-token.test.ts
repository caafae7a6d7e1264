/** What validation says of everything that a link may name beside its token. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld } from '../../test/connect-world.ts'

test('what the Connect page would refuse is not valid', async (t) => {
  const world = await connectWorld(t)
  const connect = async (user: string) => {
    const token = await world.token({ external_user_id: user })
    const values = { api_key: 'good-key' }
    const made = await world.postJson('/connect/keys', { token, app: 'double_keys', values })
    return ((await made.json()) as { account_id: string }).account_id
  }
  const [mine, theirs] = [await connect('u1'), await connect('u2')]
  const token = await world.token()
  const pinned = await world.token({ oauth_app_id: world.oauthAppId })
  const says = async (query: Record<string, string>, of = token) => {
    const path = `/v1/connect/tokens/${of}/validate?${new URLSearchParams(query).toString()}`
    const { success, error, app } = (await (await world.request(path)).json()) as {
      success: boolean
      error: string | null
      app?: { name_slug: string }
    }
    return success ? app?.name_slug : error
  }
  assert.equal(await says({ account_id: mine }), 'double_keys')
  assert.equal(await says({ account_id: mine, app_id: 'double_keys' }), 'double_keys')
  for (const query of [
    { account_id: theirs },
    { account_id: mine, app_id: 'double' },
    { account_id: 'apn_0000000000000000' },
    { account_id: '\0' },
  ])
    assert.equal(await says(query), 'There is no such account')
  assert.equal(await says({ oauth_app_id: world.oauthAppId, app_id: 'double' }), 'double')
  assert.equal(await says({ oauth_app_id: world.oauthAppId, app_id: 'github' }), 'There is no such OAuth app')
  assert.equal(await says({ oauth_app_id: world.oauthAppId }, pinned), 'double')
  assert.equal(await says({ oauth_app_id: 'oa_other' }, pinned), 'The Connect token is for another OAuth app')
})
