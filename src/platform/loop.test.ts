/** Work that comes round. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { startLoop } from './loop.ts'
import { Wake } from './wake.ts'

const settled = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve()
}

function timers(t: { after(work: () => void): void }) {
  mock.timers.enable({ apis: ['setTimeout'] })
  mock.method(Math, 'random', () => 0.5)
  t.after(() => {
    mock.timers.reset()
    mock.restoreAll()
  })
}

test('a round comes after the wait and its jitter, and the next after the round', async (t) => {
  timers(t)
  let rounds = 0
  const loop = startLoop({ everyMs: 1000, run: async () => void (rounds += 1), onError: assert.ifError })
  mock.timers.tick(1099)
  await settled()
  assert.equal(rounds, 0)
  mock.timers.tick(1)
  await settled()
  assert.equal(rounds, 1)
  mock.timers.tick(1100)
  await settled()
  assert.equal(rounds, 2)
  await loop.stop()
  mock.timers.tick(100_000)
  await settled()
  assert.equal(rounds, 2)
})

test('never two rounds at once, however long one takes', async (t) => {
  timers(t)
  let under = 0
  let rounds = 0
  let end = () => {}
  const run = () => {
    under += 1
    rounds += 1
    assert.equal(under, 1)
    return new Promise<void>((resolve) => {
      end = () => {
        under -= 1
        resolve()
      }
    })
  }
  const loop = startLoop({ everyMs: 1000, run, onError: assert.ifError })
  mock.timers.tick(1100)
  mock.timers.tick(100_000)
  await settled()
  assert.equal(rounds, 1)
  end()
  await settled()
  mock.timers.tick(1100)
  assert.equal(rounds, 2)
  end()
  await loop.stop()
})

test('a failed round is reported, and the next one comes', async (t) => {
  timers(t)
  const errors: unknown[] = []
  let rounds = 0
  const loop = startLoop({
    everyMs: 1000,
    run: async () => {
      rounds += 1
      throw new Error(`round ${rounds}`)
    },
    onError: (error) => errors.push((error as Error).message),
  })
  for (let i = 0; i < 2; i += 1) {
    mock.timers.tick(1100)
    await settled()
  }
  assert.deepEqual(errors, ['round 1', 'round 2'])
  await loop.stop()
})

test('stopping waits for the round under way, and none follows it', async (t) => {
  timers(t)
  let end = () => {}
  let rounds = 0
  const loop = startLoop({
    everyMs: 1000,
    run: () => {
      rounds += 1
      return new Promise<void>((resolve) => (end = resolve))
    },
    onError: assert.ifError,
  })
  mock.timers.tick(1100)
  let stopped = false
  const stop = loop.stop().then(() => (stopped = true))
  await settled()
  assert.equal(stopped, false)
  end()
  await stop
  mock.timers.tick(100_000)
  await settled()
  assert.equal(rounds, 1)
})

test('a wake gives a round at once; one that comes during a round gives one more after it, not two', async (t) => {
  timers(t)
  const wake = new Wake()
  const ends: (() => void)[] = []
  const run = () => new Promise<void>((resolve) => ends.push(resolve))
  const loop = startLoop({ everyMs: 1000, run, onError: assert.ifError, wake })
  wake.now()
  assert.equal(ends.length, 1)
  wake.now()
  wake.now()
  assert.equal(ends.length, 1)
  ends[0]!()
  await settled()
  assert.equal(ends.length, 2)
  ends[1]!()
  await settled()
  assert.equal(ends.length, 2)
  mock.timers.tick(1100)
  await settled()
  assert.equal(ends.length, 3, 'and it still comes round by itself, once')
  ends[2]!()
  await loop.stop()
  wake.now()
  assert.equal(ends.length, 3)
})
