/** Rotation at the sandbox provider, one request after the other and all at once. */
import assert from 'node:assert/strict'
import { scenario } from './sandbox-server.test.ts'

scenario('a refresh token works once; brought again it ends the grant', async (s) => {
  const first = await s.exchange()
  const second = (await s.refresh(first['refresh_token']!)).body
  assert.notEqual(second['refresh_token'], first['refresh_token'])
  assert.equal((await s.me(first['access_token']!)).status, 401)
  assert.equal((await s.me(second['access_token']!)).status, 200)
  assert.equal((await s.refresh('acme_rt_guess')).body['error'], 'invalid_grant')
  assert.equal((await s.me(second['access_token']!)).status, 200, 'a guess ends nothing')
  assert.equal((await s.refresh(first['refresh_token']!)).body['error'], 'invalid_grant')
  assert.equal((await s.me(second['access_token']!)).status, 401)
  assert.equal((await s.refresh(second['refresh_token']!)).body['error'], 'invalid_grant')
})

scenario('of twenty refreshes at once one succeeds, and the grant ends', async (s) => {
  const other = await s.exchange()
  const { refresh_token } = await s.exchange()
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => s.refresh(refresh_token!)))
  const won = outcomes.filter(({ status }) => status === 200)
  assert.equal(won.length, 1)
  assert.equal((await s.me(won[0]!.body['access_token']!)).status, 401)
  assert.equal((await s.me(other['access_token']!)).status, 200, 'the other grant is untouched')
  const { grants, ...counts } = await s.stats()
  assert.deepEqual(counts, {
    token_requests: 22,
    code_exchanges: 2,
    refreshes: 1,
    refused: 19,
    revocations: 0,
  })
  const ended = grants.filter(({ revoked }) => revoked)
  assert.deepEqual(
    ended.map(({ refreshes }) => refreshes),
    [1],
  )
})
