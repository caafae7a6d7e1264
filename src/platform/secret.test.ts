/** A secret in memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { pino } from 'pino'
import { Secret } from './secret.ts'

test('a secret comes out by reveal() and in no other way', () => {
  const secret = new Secret('hunter2-hunter2')
  assert.equal(secret.reveal(), 'hunter2-hunter2')
  let logged = ''
  pino({ level: 'trace' }, { write: (line: string) => void (logged += line) }).info(
    { secret, deep: { secret } },
    '%s',
    secret,
  )
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret, { depth: 9, showHidden: true }),
    format('%s %o %j %O', secret, secret, secret, { secret }),
    JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
    JSON.stringify({ ...secret }),
    logged,
  ]
  for (const text of shown) assert.ok(!text.includes('hunter2'), text)
})
