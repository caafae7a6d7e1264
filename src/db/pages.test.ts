/** Paging, in both directions and on both databases. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { migrate } from './migrate.ts'
import { openDb } from './open.ts'
import { readPageQuery } from './page-query.ts'
import { type PageRequest, readPage } from './pages.ts'

async function openList(t: TestContext, kind: (typeof testDatabases)[number], times: number[]) {
  const database = await kind.open()
  const db = openDb(database.url, { durable: false, poolSize: 2 })
  await migrate(db)
  t.after(async () => {
    await db.close()
    await database.close()
  })
  const add = (id: string, at: number) =>
    db.write((tx) =>
      tx
        .insertInto('api_clients')
        .values({
          id,
          workspace_id: 'ws',
          name: id,
          secret_digest: '',
          scopes: '[]',
          token_generation: 0,
          created_at: at,
          updated_at: at,
        } as never)
        .execute(),
    )
  await db.write((tx) =>
    tx.insertInto('workspaces').values({ id: 'ws', name: '', created_at: 0, updated_at: 0 }).execute(),
  )
  for (const [i, at] of times.entries()) await add(`c_${String(i).padStart(3, '0')}`, at)
  const page = async (request: Partial<PageRequest> = {}) => {
    const found = await readPage(db.read.selectFrom('api_clients').selectAll(), { limit: 3, ...request })
    return { ...found, ids: found.rows.map(({ id }) => Number(id.slice(2))) }
  }
  return { db, page, add }
}

type Kind = (typeof testDatabases)[number]
const onBoth = (name: string, run: (t: TestContext, kind: Kind) => Promise<void>) => {
  for (const kind of testDatabases) test(`${name} (${kind.name})`, (t) => run(t, kind))
}

onBoth('forwards: newest first, every row once, and the last page has no cursor', async (t, kind) => {
  const { page } = await openList(t, kind, [1, 2, 3, 4, 5, 6, 7])
  const first = await page()
  const second = await page({ after: first.end_cursor! })
  const third = await page({ after: second.end_cursor! })
  assert.deepEqual([first.ids, second.ids, third.ids], [[6, 5, 4], [3, 2, 1], [0]])
  assert.equal(third.end_cursor, null)
  assert.notEqual(third.start_cursor, null)
})

onBoth('a list that ends with a full page has no cursor there either', async (t, kind) => {
  const { page } = await openList(t, kind, [1, 2, 3])
  const only = await page()
  assert.deepEqual([only.ids, only.end_cursor], [[2, 1, 0], null])
})

onBoth('an empty page has no cursor at all', async (t, kind) => {
  const { page } = await openList(t, kind, [1])
  const all = await page()
  const beyond = await page({ after: all.start_cursor! })
  assert.deepEqual(beyond, { rows: [], ids: [], start_cursor: null, end_cursor: null })
  const before = await page({ before: all.start_cursor! })
  assert.deepEqual(before, { rows: [], ids: [], start_cursor: null, end_cursor: null })
})

onBoth('backwards: the page that ends just before the cursor, in list order', async (t, kind) => {
  const { page } = await openList(t, kind, [1, 2, 3, 4, 5, 6, 7])
  const first = await page()
  const second = await page({ after: first.end_cursor! })
  const third = await page({ after: second.end_cursor! })
  const back = await page({ before: third.start_cursor! })
  assert.deepEqual(back.ids, [3, 2, 1])
  const further = await page({ before: back.start_cursor!, limit: 2 })
  assert.deepEqual(further.ids, [5, 4])
  // Forwards again from there, nothing is missed and nothing comes twice.
  assert.deepEqual((await page({ after: further.end_cursor! })).ids, [3, 2, 1])
})

onBoth('both together intersect, strictly on either side', async (t, kind) => {
  const { page } = await openList(t, kind, [1, 2, 3, 4, 5, 6, 7])
  const cursor = async (limit: number) => (await page({ limit })).end_cursor!
  const [afterSix, beforeOne] = [await cursor(1), await cursor(6)]
  assert.deepEqual((await page({ after: afterSix, before: beforeOne, limit: 100 })).ids, [5, 4, 3, 2])
  const part = await page({ after: afterSix, before: beforeOne, limit: 2 })
  assert.deepEqual(part.ids, [5, 4])
  const rest = await page({ after: part.end_cursor!, before: beforeOne, limit: 2 })
  assert.deepEqual([rest.ids, rest.end_cursor], [[3, 2], null])
  assert.deepEqual((await page({ after: beforeOne, before: afterSix })).ids, [])
})

onBoth('rows of the same millisecond are told apart by their id', async (t, kind) => {
  const { page } = await openList(t, kind, [5, 5, 5, 5, 5, 5, 5, 5])
  const seen: number[] = []
  let after: string | null | undefined
  do {
    const found = await page(after ? { after } : {})
    seen.push(...found.ids)
    after = found.end_cursor
  } while (after !== null)
  assert.deepEqual(seen, [7, 6, 5, 4, 3, 2, 1, 0])
  const last = await page({ limit: 7 })
  assert.deepEqual(
    (await page({ before: last.end_cursor! })).ids,
    [4, 3, 2].map((i) => i),
  )
})

onBoth('rows that come and go between two pages shift nothing', async (t, kind) => {
  const { db, page, add } = await openList(t, kind, [1, 2, 3, 4, 5, 6])
  const first = await page()
  await add('c_100', 100)
  await db.write((tx) => tx.deleteFrom('api_clients').where('id', '=', 'c_003').execute())
  assert.deepEqual((await page({ after: first.end_cursor! })).ids, [2, 1, 0])
})

onBoth('an id with every character that ids may have is a position', async (t, kind) => {
  const { page, add } = await openList(t, kind, [])
  const id = `A-b_9${'z'.repeat(59)}`
  await add(id, 1_795_000_000_123)
  await add('older', 1)
  const first = await page({ limit: 1 })
  assert.deepEqual(
    first.rows.map((row) => row.id),
    [id],
  )
  const second = await page({ after: first.end_cursor! })
  assert.deepEqual(
    second.rows.map((row) => row.id),
    ['older'],
  )
})

onBoth('what is no cursor of ours is 400, in either parameter', async (t, kind) => {
  const { page } = await openList(t, kind, [1, 2])
  const good = (await page({ limit: 1 })).end_cursor!
  const b64 = (text: string) => Buffer.from(text).toString('base64url')
  const bad = [
    '',
    '!!!',
    'null',
    good.slice(0, -1),
    `${good}=`,
    `${good}!`,
    ` ${good}`,
    Buffer.from('c_001').toString('base64'),
    b64('1'),
    b64(':c_001'),
    b64('1:'),
    b64('-1:c_001'),
    b64('1e3:c_001'),
    b64('01:c_001'),
    b64('9999999999999999:c_001'),
    b64("1:c_001' or 1=1 --"),
    b64('1:c_001:2'),
    b64(`1:${'x'.repeat(65)}`),
    b64('1:ü'),
  ]
  for (const cursor of bad)
    for (const name of ['after', 'before'] as const)
      await assert.rejects(
        () => page({ [name]: cursor }),
        (error: { status?: number; message: string }) =>
          error.status === 400 && error.message.startsWith(name),
        JSON.stringify(cursor),
      )
})

test('a limit: ten unless said, a hundred at most, never none', () => {
  assert.deepEqual(readPageQuery({}), { limit: 10 })
  assert.deepEqual(readPageQuery({ limit: '1', after: 'a', before: 'b' }), {
    limit: 1,
    after: 'a',
    before: 'b',
  })
  assert.equal(readPageQuery({ limit: '100' }).limit, 100)
  assert.equal(readPageQuery({ limit: '999999999' }).limit, 100)
  assert.throws(() => readPageQuery({ limit: '0' }), { status: 400, code: 'invalid_parameter' })
})
