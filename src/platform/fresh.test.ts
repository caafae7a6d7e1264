/** Values that may be a little old. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { FreshMap } from './fresh.ts'

/** Moves the monotonic clock of the process; nothing here sleeps. */
function monotonic() {
  let now = 1_000
  mock.method(performance, 'now', () => now)
  return { advance: (ms: number) => (now += ms), restore: () => mock.restoreAll() }
}

test('asked for again while young: no second load, and no promise', async (t) => {
  const time = monotonic()
  t.after(time.restore)
  let loads = 0
  const map = new FreshMap<string, number>(500, 10, async () => (loads += 1))
  assert.equal(await map.get('a'), 1)
  time.advance(499)
  assert.equal(map.get('a'), 1)
  time.advance(1)
  assert.equal(await map.get('a'), 2)
  assert.equal(loads, 2)
})

test('its age counts from before the load: a slow load gives no longer life', async (t) => {
  const time = monotonic()
  t.after(time.restore)
  let loads = 0
  const map = new FreshMap<string, number>(500, 10, async () => {
    time.advance(400)
    return (loads += 1)
  })
  await map.get('a')
  time.advance(100)
  await map.get('a')
  assert.equal(loads, 2)
})

test('callers at the same time share one load', async () => {
  let loads = 0
  const map = new FreshMap<string, number>(500, 10, async () => (loads += 1))
  assert.deepEqual(
    await Promise.all(Array.from({ length: 100 }, async () => map.get('a'))),
    Array(100).fill(1),
  )
  assert.equal(await map.get('b'), 2)
})

test('a failed load is everybody’s error and is not remembered', async () => {
  let loads = 0
  const map = new FreshMap<string, string>(500, 10, async () => {
    loads += 1
    if (loads === 1) throw new Error('down')
    return 'up'
  })
  const both = await Promise.allSettled([map.get('a'), map.get('a')])
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(await map.get('a'), 'up')
})

test('what is invalidated while it loads is not kept', async () => {
  const answers: ((value: string) => void)[] = []
  const map = new FreshMap<string, string>(500, 10, () => new Promise((resolve) => answers.push(resolve)))
  const first = map.get('a')
  map.invalidate('a')
  const second = map.get('a')
  answers[1]!('new')
  assert.equal(await second, 'new')
  answers[0]!('old')
  assert.equal(await first, 'old')
  assert.equal(map.get('a'), 'new')
})

test('a load that fails after its key was invalidated does not end the one after it', async () => {
  const loads: { resolve: (value: string) => void; reject: (error: Error) => void }[] = []
  const map = new FreshMap<string, string>(
    500,
    10,
    () => new Promise((resolve, reject) => loads.push({ resolve, reject })),
  )
  const first = map.get('a')
  map.invalidate('a')
  const second = map.get('a')
  loads[0]!.reject(new Error('down'))
  await assert.rejects(async () => first)
  assert.equal(map.get('a'), second)
  loads[1]!.resolve('new')
  assert.equal(await second, 'new')
})

test('undefined is a value', async () => {
  let loads = 0
  const map = new FreshMap<string, undefined>(60_000, 10, async () => {
    loads += 1
    return undefined
  })
  await map.get('a')
  await map.get('a')
  assert.equal(loads, 1)
})

test('no more entries than stated; the oldest goes', async () => {
  const loads: string[] = []
  const map = new FreshMap<string, string>(60_000, 3, async (key) => {
    loads.push(key)
    return key
  })
  for (const key of ['a', 'b', 'c', 'd']) await map.get(key)
  for (const key of ['b', 'c', 'd']) assert.equal(map.get(key), key)
  await map.get('a')
  assert.deepEqual(loads, ['a', 'b', 'c', 'd', 'a'])
})
