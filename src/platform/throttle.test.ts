/** Counting failures by address. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Throttle } from './throttle.ts'

const fail = (throttle: Throttle, address: string, times: number, now: number) => {
  for (let i = 0; i < times; i += 1) throttle.fail(address, now)
}

test('the limit closes the door for the rest of the minute, to the millisecond', () => {
  const throttle = new Throttle(3)
  fail(throttle, '192.0.2.1', 2, 0)
  assert.equal(throttle.retryAfter('192.0.2.1', 0), undefined)
  throttle.fail('192.0.2.1', 30_000)
  assert.equal(throttle.retryAfter('192.0.2.1', 30_000), 30)
  assert.equal(throttle.retryAfter('192.0.2.1', 59_999), 1)
  assert.equal(throttle.retryAfter('192.0.2.1', 60_000), undefined)
  throttle.fail('192.0.2.1', 60_000)
  assert.equal(throttle.retryAfter('192.0.2.1', 60_000), undefined)
})

test('another address is not to blame', () => {
  const throttle = new Throttle(1)
  throttle.fail('192.0.2.1', 0)
  assert.equal(throttle.retryAfter('192.0.2.2', 0), undefined)
  assert.equal(throttle.retryAfter('2001:db8::1', 0), undefined)
})

const oneNetwork = [
  '2001:db8::1',
  '2001:db8::ffff:2',
  '2001:db8:0:0:1::',
  '2001:db8:0:0:1:2:3:4',
  '2001:0db8:0000:0000:abcd::',
  '2001:DB8::192.0.2.1',
]
for (const address of oneNetwork) {
  test(`a /64 is one customer, however it is written: ${address}`, () => {
    const throttle = new Throttle(1)
    throttle.fail('2001:db8:0:0:ffff:ffff:ffff:ffff', 0)
    assert.equal(throttle.retryAfter(address, 0), 60)
  })
}

test('the /64 beside it is another', () => {
  const throttle = new Throttle(1)
  throttle.fail('2001:db8:0:1::1', 0)
  for (const address of ['2001:db8::1', '2001:db8:0:2::1', '2001:db8:1::1', '::1'])
    assert.equal(throttle.retryAfter(address, 0), undefined, address)
})

test('IPv4 in IPv6 stays one address', () => {
  const throttle = new Throttle(1)
  throttle.fail('::ffff:192.0.2.1', 0)
  assert.equal(throttle.retryAfter('::ffff:192.0.2.1', 0), 60)
  assert.equal(throttle.retryAfter('::ffff:192.0.2.2', 0), undefined)
})

test('memory is bounded: with 50,000 addresses more the first is forgotten, the last are not', () => {
  const throttle = new Throttle(1)
  throttle.fail('192.0.2.1', 0)
  for (let i = 0; i < 50_000; i += 1) throttle.fail(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0)
  assert.equal(throttle.retryAfter('192.0.2.1', 0), undefined)
  assert.equal(throttle.retryAfter('10.0.0.0', 0), 60)
  assert.equal(throttle.retryAfter('10.0.195.79', 0), 60)
})
