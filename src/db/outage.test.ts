/** Which errors are an outage: 503 and another try, instead of a mistake of ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequest, UpstreamFailed } from '../platform/errors.ts'
import { isOutage } from './outage.ts'

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code })

test('locks, disks, connections and shutdowns are', () => {
  const codes = `SQLITE_BUSY SQLITE_BUSY_SNAPSHOT SQLITE_LOCKED SQLITE_FULL SQLITE_IOERR_WRITE SQLITE_CANTOPEN
    SQLITE_READONLY_DBMOVED 08006 25006 53300 57P01 57014 ECONNREFUSED EPIPE`.split(/\s+/)
  for (const code of codes) assert.equal(isOutage(coded(code)), true, code)
  for (const message of [
    'timeout exceeded when trying to connect',
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ])
    assert.equal(isOutage(new Error(message)), true, message)
})

test('our own mistakes, the callers’ and the providers’ are not', () => {
  const codes = [
    'SQLITE_CONSTRAINT_UNIQUE',
    'SQLITE_ERROR',
    'SQLITE_CORRUPT',
    'SQLITE_NOTADB',
    '23505',
    '42P01',
    '40001',
    'ENOENT',
  ]
  for (const code of codes) assert.equal(isOutage(coded(code)), false, code)
  const others = [
    new Error('x'),
    new BadRequest('x'),
    new UpstreamFailed('x'),
    'ECONNREFUSED',
    undefined,
    null,
    { code: '08006' },
  ]
  for (const error of others) assert.equal(isOutage(error), false)
})
