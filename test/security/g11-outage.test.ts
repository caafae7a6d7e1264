/** G11: a receiver that is down for an hour gets everything once it is back, although servers die meanwhile (security.md D.2, row 10). */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openDb } from '../../src/db/open.ts'
import { newKeyRingText } from '../../src/platform/crypto/key-ring.ts'
import { freePort } from '../../src/platform/free-port.ts'
import { testDatabases } from '../databases.ts'
import { assertStatus, jsonOf, send } from './answers.ts'
import { within } from './harness.ts'
import type { Order, Report } from './webhook-server.ts'
import { openReceiver, quietDeliveries } from './webhook-world.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-22T12:00:00.000Z')
const script = join(import.meta.dirname, 'webhook-server.ts')

async function openFleet(t: TestContext, databaseUrl: string) {
  const dataDir = await mkdtemp(join(tmpdir(), 'headgate-fleet-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const shared = {
    DATABASE_URL: databaseUrl,
    HEADGATE_DATA_DIR: dataDir,
    HEADGATE_KEYS: newKeyRingText().trim(),
    HEADGATE_PUBLIC_URL: `http://localhost:${await freePort()}`,
    HEADGATE_EGRESS_ALLOW: '127.0.0.1',
    HEADGATE_BOOTSTRAP_PROJECT_ID: 'proj_fleet',
    HEADGATE_BOOTSTRAP_CLIENT_ID: 'client_of_the_fleet',
    HEADGATE_BOOTSTRAP_CLIENT_SECRET: 'a-secret-of-more-than-thirty-two-characters',
  }
  let now = START
  const alive: { child: ChildProcess; address: string }[] = []
  const tell = async (child: ChildProcess, order: Order): Promise<Report> => {
    const answer = once(child, 'message')
    child.send(order)
    const [report] = (await answer) as [Report]
    return report
  }
  const start = async () => {
    const child = fork(script, { env: { PATH: process.env['PATH']!, ...shared, TEST_NOW: String(now) } })
    t.after(() => child.kill('SIGKILL'))
    const [report] = (await once(child, 'message')) as [{ address: string }]
    alive.push({ child, address: report.address })
  }
  await start()
  await start()
  return {
    address: () => alive[0]!.address,
    elapsed: () => now - START,
    clock: () => now,
    async advance(milliseconds: number) {
      now += milliseconds
      for (const { child } of alive) await tell(child, { advanceTo: now })
    },
    async happen(which: number, accountId: string): Promise<string> {
      const report = await tell(alive[which % alive.length]!.child, { happen: accountId })
      return (report as { event: string }).event
    },
    /** No signal it could hear, no time to say good-bye; another takes its place. */
    async kill() {
      const { child } = alive.shift()!
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      await start()
    },
  }
}

for (const kind of testDatabases) {
  test(`G11-223, G11-227: down for an hour, two servers killed: all events arrive, in order per account (${kind.name})`, async (t) => {
    const database = await kind.open()
    t.after(() => database.close())
    const fleet = await openFleet(t, database.url)
    const db = openDb(database.url, { poolSize: 2 })
    t.after(() => db.close())
    const receiver = await openReceiver(t)
    let isUp = false
    const arrived: { id: string; account: string; body: string }[] = []
    receiver.behave((request, response) => {
      if (!isUp) return void response.destroy()
      const { id, data } = JSON.parse(request.body) as { id: string; data: { account: { id: string } } }
      arrived.push({ id, account: data.account.id, body: request.body })
      setTimeout(() => response.writeHead(200).end(), 30)
    })
    const granted = await send(fleet.address(), 'POST', '/v1/oauth/token', {
      body: {
        grant_type: 'client_credentials',
        client_id: 'client_of_the_fleet',
        client_secret: 'a-secret-of-more-than-thirty-two-characters',
      },
    })
    const put = await send(fleet.address(), 'PUT', '/v1/connect/proj_fleet/webhook', {
      token: String(jsonOf(granted)['access_token']),
      environment: 'production',
      body: { url: receiver.url },
    })
    assertStatus(put, 200)

    const quiet = () => quietDeliveries(db.read, fleet.clock)
    const accounts = Array.from({ length: 12 }, (_, i) => `apn_${i}`)
    const recorded = new Map<string, string[]>()
    let count = 0
    const happen = async (account: string) => {
      const id = await fleet.happen(count, account)
      recorded.set(account, [...(recorded.get(account) ?? []), id])
      count += 1
    }
    for (let minute = 0; minute < 60; minute += 6) {
      for (let i = 0; i < 8; i += 1) await happen(accounts[(minute + i * 5) % accounts.length]!)
      if (minute === 24) {
        await fleet.kill()
        // What it had on its way is leased to it until then.
        await fleet.advance(31_000)
      }
      await quiet()
      await fleet.advance(6 * MINUTE)
    }
    assert.ok(fleet.elapsed() >= 60 * MINUTE)
    assert.equal(arrived.length, 0)
    isUp = true
    const back = fleet.elapsed()
    for (const account of accounts) await happen(account)
    // In the middle of catching up, with deliveries on their way.
    await fleet.advance(9 * MINUTE)
    await within(10_000, async () => arrived.length >= 5)
    await fleet.kill()
    await fleet.advance(30_000)
    await within(20_000, async () => new Set(arrived.map(({ id }) => id)).size === count)
    assert.ok(fleet.elapsed() - back <= 10 * MINUTE)
    await quiet()

    const bodies = new Map<string, string>()
    const order = new Map<string, string[]>()
    for (const { id, account, body } of arrived) {
      assert.equal(bodies.get(id) ?? body, body, 'a duplicate is the same to the byte')
      if (!bodies.has(id)) order.set(account, [...(order.get(account) ?? []), id])
      bodies.set(id, body)
    }
    assert.deepEqual(order, new Map([...order.keys()].map((account) => [account, recorded.get(account)])))
    assert.equal(bodies.size, count)
    const duplicates = arrived.length - count
    assert.ok(duplicates <= 10, `${duplicates} duplicates: more than one process has on its way to a host`)
    const counts = Map.groupBy(arrived, ({ id }) => id)
    assert.ok(
      [...counts.values()].every((same) => same.length <= 2),
      'one duplicate per crash at most',
    )
    const left = await db.read.selectFrom('deliveries').select('status').execute()
    assert.ok(left.length === count && left.every(({ status }) => status === 'delivered'))
    t.diagnostic(
      `${count} events, ${duplicates} duplicates, all there ${(fleet.elapsed() - back) / MINUTE} min after`,
    )
  })
}
