/** G8: a clock that is set an hour forward, and back again, while the server runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertStatus, send } from './answers.ts'
import { openRefreshWorld } from './refresh-world.ts'

const HOUR = 3_600_000

test('G8-161 our clock jumps: one refresh per account at most, and no Connect token comes back to life', async (t) => {
  const world = await openRefreshWorld(t)
  const { provider, clock, address, p1 } = world
  const ids = await Promise.all(['a', 'b', 'c'].map((user) => world.connect({ user, seconds: 5400 })))
  const short = await world.connectToken({ expires_in: 600 })
  const accounts = (token: string) => send(address, 'GET', '/v1/connect/accounts', { token })
  const readAll = async () => {
    // A client whose token the clock has overtaken asks for another.
    const token = await world.token()
    const reads = ids.flatMap((id) =>
      Array.from({ length: 20 }, () =>
        send(address, 'GET', `/v1/connect/${p1}/accounts/${id}?include_credentials=true`, {
          token,
          environment: 'production',
        }),
      ),
    )
    for (const answer of await Promise.all(reads)) assertStatus(answer, 200)
  }
  assertStatus(await accounts(short), 200)

  clock.advance(HOUR)
  assertStatus(await accounts(short), 401)
  await readAll()
  assert.equal(provider.requests.length, 0, 'half an hour is left')
  clock.advance(HOUR)
  await readAll()
  assert.equal(provider.requests.length, ids.length)

  for (let i = 0; i < 2; i += 1) {
    clock.advance(-HOUR)
    await readAll()
    assertStatus(await accounts(short), 401)
  }
  assert.equal(provider.requests.length, ids.length)
  assertStatus(await accounts(await world.connectToken({ expires_in: 600 })), 200)
})
