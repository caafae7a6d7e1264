/** `npm test` itself: what it answers when tests pass, fail, hang, are interrupted, or are not there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

const RUN = join(import.meta.dirname, 'run.ts')

const FILES = {
  passes: `test('passes', () => {})`,
  fails: `test('fails', () => { throw new Error('broken') })`,
  // Deaf to the runner's SIGTERM, as a hung server with a graceful stop is.
  hangs: `test('hangs', () => { process.on('SIGTERM', () => {}); console.log('pid', process.pid); while (true); })`,
}

async function startRun(t: TestContext, names: (keyof typeof FILES)[], ...flags: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'run-'))
  await chmod(folder, 0o755)
  const temporary = join(folder, 'tmp')
  await mkdir(temporary)
  await chmod(temporary, 0o1777)
  const paths = names.map((name) => join(folder, `${name}.test.ts`))
  for (const name of names) {
    await writeFile(join(folder, `${name}.test.ts`), `import { test } from 'node:test'\n${FILES[name]}\n`)
  }
  // With NODE_TEST_CONTEXT set, a runner inside a runner does nothing.
  const { NODE_TEST_CONTEXT: _outer, ...env } = process.env
  const child = spawn(process.execPath, [RUN, ...flags, ...paths], { env: { ...env, TMPDIR: temporary } })
  const run = { child, output: '', temporary }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (run.output += chunk))
  }
  t.after(async () => {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  return run
}

type Run = Awaited<ReturnType<typeof startRun>>

async function exitCode({ child }: Run): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

const lastLines = ({ output }: Run) => output.trimEnd().split('\n').slice(-8)

async function pidOfHungFile(run: Run): Promise<number> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const pid = /pid (\d+)/.exec(run.output)?.[1]
    if (pid) return Number(pid)
    assert.ok(Date.now() < deadline, `no test started: ${run.output}`)
    await delay(20)
  }
}

async function assertGone(run: Run, pid: number): Promise<void> {
  const deadline = Date.now() + 10_000
  while (isAlive(pid)) {
    assert.ok(Date.now() < deadline, 'the hung file still runs')
    await delay(20)
  }
  assert.deepEqual(await readdir(run.temporary), [])
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('tests that pass end in the closing lines of the runner and 0', async (t) => {
  const run = await startRun(t, ['passes'])
  assert.equal(await exitCode(run), 0)
  assert.equal(lastLines(run)[0], 'ℹ tests 1')
  assert.match(lastLines(run)[7]!, /^ℹ duration_ms /)
  assert.deepEqual(await readdir(run.temporary), [])
})

test('a test that fails ends in the closing lines as well, below the failure, and 1', async (t) => {
  const run = await startRun(t, ['passes', 'fails'])
  assert.equal(await exitCode(run), 1)
  assert.match(run.output, /failing tests[^]*broken/)
  assert.equal(lastLines(run)[0], 'ℹ tests 2')
  assert.equal(lastLines(run)[3], 'ℹ fail 1')
})

test('a file that hangs is named, killed, and a failure', async (t) => {
  const run = await startRun(t, ['passes', 'hangs'], '--give-up-after=6')
  const pid = await pidOfHungFile(run)
  assert.notEqual(await exitCode(run), 0)
  assert.match(run.output, /did not end within 6 s\. Still running:\n {2}\S+hangs\.test\.ts\n\n/)
  assert.equal(lastLines(run)[0], 'ℹ tests 2')
  await assertGone(run, pid)
})

test('an interrupted run leaves no process and no file behind', async (t) => {
  const run = await startRun(t, ['hangs'])
  const pid = await pidOfHungFile(run)
  run.child.kill('SIGINT')
  assert.equal(await exitCode(run), 130)
  await assertGone(run, pid)
})

test('flags reach the runner, also with a value as the next argument', async (t) => {
  const run = await startRun(t, ['passes', 'fails'], '--test-name-pattern', 'passes')
  assert.equal(await exitCode(run), 0)
  assert.doesNotMatch(run.output, /broken/)
})

test('a run without a test is a failure', async (t) => {
  const run = await startRun(t, [], 'no-such.test.ts*')
  assert.equal(await exitCode(run), 1)
  assert.match(run.output, /No test ran/)
})
