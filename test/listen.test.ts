/** `headgate listen`: a server's events reach a program on this machine, signed, each once, also when the server was away. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { within } from './security/harness.ts'
import { openReceiver, openWebhookWorld, signaturesOf } from './security/webhook-world.ts'

const headgate = join(import.meta.dirname, '../bin/headgate.js')

test('listen forwards each event as a signed webhook, and says what became of it', async (t) => {
  const world = await openWebhookWorld(t)
  // What came before listening did is to be of another millisecond.
  world.clock.advance(1)
  const receiver = await openReceiver(t)
  const args = ['listen', '--json', '--forward-to', receiver.url, '--project', world.p1]
  const child = spawn(process.execPath, [headgate, ...args, '--environment', 'production'], {
    env: {
      PATH: process.env['PATH'],
      PIPEDREAM_BASE_URL: world.address,
      PIPEDREAM_CLIENT_ID: world.c1.id,
      PIPEDREAM_CLIENT_SECRET: world.c1.secret,
    },
  })
  t.after(() => child.kill('SIGKILL'))
  let out = ''
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const lines = () =>
    out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  await within(20_000, async () => said.includes('connected'))
  const key = String(lines()[0]!['signing_key'])

  // Before it has heard of any event, its token expires: the one in the gap is not lost.
  world.clock.advance(3_700_000)
  await within(10_000, async () => said.includes('the stream ended'))
  const first = await world.happen('apn_1')
  await receiver.has(1, 10_000)
  const [seen] = receiver.requests
  assert.deepEqual(signaturesOf(seen!, key), { vendor: true, standard: true })
  assert.equal(seen!.headers['webhook-id'], first)
  assert.equal(seen!.headers['x-pd-external-user-id'], 'u1')
  assert.equal((JSON.parse(seen!.body) as { id: string }).id, first)

  receiver.answer(500)
  const second = await world.happen('apn_1')
  await within(10_000, async () => lines().length === 3)
  assert.deepEqual(lines().slice(1), [
    { id: first, type: 'account.unhealthy', status: 200 },
    { id: second, type: 'account.unhealthy', status: 500 },
  ])

  // The stream breaks off (its token has expired), and what happens meanwhile is not lost.
  receiver.answer(200)
  world.clock.advance(3_700_000)
  const third = await world.happen('apn_1')
  await within(15_000, async () => lines().length === 4)
  assert.deepEqual(receiver.ids(), [first, second, third])
  child.kill('SIGINT')
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0)
  assert.ok(!(out + said).includes(world.c1.secret))
})

test('listen says what is wrong with its arguments or its client, and ends', async (t) => {
  const world = await openWebhookWorld(t)
  const run = async (args: string[], secret: string) => {
    const child = spawn(process.execPath, [headgate, 'listen', ...args], {
      env: {
        PATH: process.env['PATH'],
        PIPEDREAM_BASE_URL: world.address,
        PIPEDREAM_CLIENT_ID: world.c1.id,
        PIPEDREAM_CLIENT_SECRET: secret,
      },
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    return { code, said }
  }
  const bare = await run([], world.c1.secret)
  assert.equal(bare.code, 1)
  assert.match(bare.said, /--forward-to/)
  const odd = await run(['--forward-to', 'http://127.0.0.1:9/', '--environment', 'prod'], world.c1.secret)
  assert.equal(odd.code, 1)
  assert.match(odd.said, /--environment must be development or production/)
  const wrong = await run(['--forward-to', 'http://127.0.0.1:9/'], 'not-the-secret')
  assert.equal(wrong.code, 1)
  assert.match(wrong.said, /refuses this client/)
})
