/** Outages and waves of refusals, seen from many accounts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { ManualClock } from '../platform/clock.ts'
import { ProviderOutages } from './provider-outages.ts'

function openOutages() {
  const clock = new ManualClock('2026-11-22T12:00:00Z')
  const logged: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) })
  return { clock, logged, outages: new ProviderOutages({ clock, log }) }
}
const fail = (outages: ProviderOutages, count: number, app = 'a') => {
  for (let i = 0; i < count; i += 1) outages.failed(app, `apn_${i}`, 'transient')
}

test('five accounts that fail are an outage, said once; one account that fails often is not', () => {
  const { outages, logged } = openOutages()
  for (let i = 0; i < 50; i += 1) outages.failed('a', 'apn_1', 'transient')
  assert.equal(outages.isOut('a'), false)
  fail(outages, 20)
  assert.deepEqual([outages.isOut('a'), outages.isOut('b'), outages.out()], [true, false, ['a']])
  assert.equal(logged.length, 1)
  outages.succeeded('a', 'apn_9')
  assert.deepEqual([outages.isOut('a'), outages.out(), logged.length], [false, [], 2])
})

test('failures with successes between, refusals, and failures far apart are no outage', () => {
  const { outages, clock } = openOutages()
  fail(outages, 4)
  outages.succeeded('a', 'apn_9')
  for (let i = 4; i < 8; i += 1) outages.failed('a', `apn_${i}`, 'transient')
  assert.equal(outages.isOut('a'), false)
  for (let i = 0; i < 20; i += 1) outages.failed('b', `apn_${i}`, i % 2 ? 'permanent' : 'configuration')
  assert.equal(outages.isOut('b'), false)
  for (let i = 0; i < 20; i += 1) {
    outages.failed('c', `apn_${i}`, 'unknown')
    clock.advance(60_000)
  }
  assert.equal(outages.isOut('c'), false)
})

test('an outage of an hour costs a probe per back-off step', () => {
  const { outages, clock } = openOutages()
  fail(outages, 5)
  assert.equal(outages.takeProbe('a'), false)
  let probes = 0
  for (let second = 0; second < 3600; second += 1) {
    clock.advance(1000)
    if (outages.takeProbe('a')) probes += 1
  }
  assert.ok(probes >= 17 && probes <= 21, `${probes} probes`)
  assert.equal(outages.takeProbe('b'), false)
})

test('when most accounts are refused within an hour, a refusal proves nothing; a few of many do', () => {
  const { outages, clock } = openOutages()
  for (let i = 0; i < 9; i += 1) outages.failed('a', `apn_${i}`, 'permanent')
  assert.equal(outages.refusesEverybody('a'), false)
  outages.failed('a', 'apn_9', 'permanent')
  assert.equal(outages.refusesEverybody('a'), true)
  for (let i = 100; i < 110; i += 1) outages.succeeded('a', `apn_${i}`)
  assert.equal(outages.refusesEverybody('a'), false)
  for (let i = 0; i < 10; i += 1) outages.failed('b', `apn_${i}`, 'permanent')
  clock.advance(3_600_001)
  assert.equal(outages.refusesEverybody('b'), false)
})
