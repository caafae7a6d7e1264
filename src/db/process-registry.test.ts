/** Telling a dead process from a frozen one. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { testDatabases } from '../../test/databases.ts'
import { within } from '../../test/security/harness.ts'
import { openDb } from './open.ts'
import { registerProcess } from './process-registry.ts'

const [sqlite, postgres] = testDatabases

async function openKind(t: TestContext, kind: (typeof testDatabases)[number]) {
  const database = await kind.open()
  const db = openDb(database.url, { poolSize: 3 })
  t.after(async () => {
    await db.close()
    await database.close()
  })
  return { db, url: database.url }
}

test('on one machine the operating system knows who lives (sqlite)', async (t) => {
  const { db, url } = await openKind(t, sqlite!)
  const own = await registerProcess(db, url, 'now')
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const idOf = (pid: number, host = hostname()) => `${host}/${pid}/whatever`
  assert.equal(await own.isAlive(own.bootId), true)
  assert.equal(await own.isAlive(idOf(child.pid!)), true)
  child.kill('SIGSTOP')
  assert.equal(await own.isAlive(idOf(child.pid!)), true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(await own.isAlive(idOf(child.pid!)), false)
  // In a container every start has the same number, and another host name.
  assert.equal(await own.isAlive(`${hostname()}/${process.pid}/before`), false)
  assert.equal(await own.isAlive(idOf(1, 'another-host')), false)
  // Process 1 runs as another user, unless we are that user ourselves.
  assert.equal(await own.isAlive(idOf(1)), true)
  // Two servers in one process, as a test may have them, are two.
  const second = await registerProcess(db, url, 'second')
  assert.equal(await own.isAlive(second.bootId), true)
  await second.close()
  assert.equal(await own.isAlive(second.bootId), false)
  await own.close()
})

test('on PostgreSQL: alive until closed, and a stranger never lived', async (t) => {
  const { db, url } = await openKind(t, postgres!)
  const [one, two] = await Promise.all([registerProcess(db, url, 'one'), registerProcess(db, url, 'two')])
  assert.deepEqual(await Promise.all(['one', 'two', 'nobody'].map((id) => one.isAlive(id))), [
    true,
    true,
    false,
  ])
  await two.close()
  assert.equal(await one.isAlive('two'), false)
  await one.close()
})

test('a frozen process lives, a killed one is dead within seconds (postgres)', async (t) => {
  const { db, url } = await openKind(t, postgres!)
  const own = await registerProcess(db, url, 'watcher')
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { openDb } from ${JSON.stringify(import.meta.resolve('./open.ts'))}
     import { registerProcess } from ${JSON.stringify(import.meta.resolve('./process-registry.ts'))}
     await registerProcess(openDb(process.argv[1]), process.argv[1], 'child')
     console.log('held')
     setInterval(() => {}, 1000)`,
    url,
  ])
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  assert.equal(await own.isAlive('child'), true)
  child.kill('SIGSTOP')
  await delay(300)
  assert.equal(await own.isAlive('child'), true)
  child.kill('SIGKILL')
  await within(5_000, async () => !(await own.isAlive('child')))
  await own.close()
})

test('who loses the connection, as all do when the database restarts, is not taken for dead (postgres)', async (t) => {
  const { db, url } = await openKind(t, postgres!)
  const [one, two] = await Promise.all([registerProcess(db, url, 'one'), registerProcess(db, url, 'two')])
  t.after(() => Promise.all([one.close(), two.close()]))
  const admin = new Client({ connectionString: url })
  await admin.connect()
  for (let round = 0; round < 3; round += 1) {
    await admin.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
         and database = (select oid from pg_database where datname = current_database())`,
    )
    assert.deepEqual(await Promise.all([one.isAlive('two'), two.isAlive('one')]), [true, true])
  }
  await admin.end()
})

test('while the database is away it is asked for again steadily, never more and more often (postgres)', async (t) => {
  const { db, url } = await openKind(t, postgres!)
  const real = new URL(url)
  let away = false
  let attempts = 0
  const sockets = new Set<Socket>()
  const proxy = createServer((socket) => {
    attempts += 1
    sockets.add(socket)
    socket.on('error', () => {})
    if (away) return void socket.destroy()
    const onward = connect(Number(real.port), real.hostname)
    onward.on('error', () => {})
    socket.pipe(onward).pipe(socket)
    socket.on('close', () => onward.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const through = new URL(url)
  through.host = `127.0.0.1:${(proxy.address() as { port: number }).port}`
  const [own, watcher] = await Promise.all([
    registerProcess(db, through.href, 'own'),
    registerProcess(db, url, 'watcher'),
  ])
  t.after(() => Promise.all([own.close(), watcher.close()]))
  attempts = 0
  away = true
  for (const socket of sockets) socket.destroy()
  await delay(2_500)
  // One in 250 ms.
  assert.ok(attempts >= 3 && attempts <= 11, `${attempts} attempts in 2.5 s`)
  assert.equal(await watcher.isAlive('own'), false)
  away = false
  await within(5_000, () => watcher.isAlive('own'))
  const { length } = [...sockets].filter((socket) => !socket.destroyed)
  assert.equal(length, 1)
})

test('who cannot register does not go on trying behind the error (postgres)', async (t) => {
  const { db } = await openKind(t, postgres!)
  let attempts = 0
  const closed = createServer((socket) => {
    attempts += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  t.after(() => closed.close())
  const { port } = closed.address() as { port: number }
  await assert.rejects(registerProcess(db, `postgres://u:p@127.0.0.1:${port}/d`, 'x'))
  await delay(700)
  assert.equal(attempts, 1)
})
