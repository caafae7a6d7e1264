/**
 * What `npm test` runs: the test files, beside one PostgreSQL. The arguments are those of `node --test`: flags, and
 * files or globs in place of all test files; `--give-up-after=<seconds>` is ours and shortens the watchdog.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { bundlePackages } from './bundle-packages.ts'
import { openTemplate } from './databases.ts'
import { openPostgresServer } from './postgres-server.ts'

const TEST_FILES = ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts']
/** Three for two cores, because each waits a third of its time: for a clock, another process, a browser. With four the disk is what is waited for. */
const FILES_AT_A_TIME = Math.min(Math.ceil(1.5 * availableParallelism()), 8)
const TEST_TIMEOUT_MS = 120_000
/** For a file that hangs: a busy machine of two cores takes half of it. */
const WATCHDOG_SECONDS = 30 * 60
/** How long an interrupted runner may take to name what it was running, and to end. */
const INTERRUPT_GRACE_MS = 10_000
const INTERRUPTED_EXIT_CODE = 130

// The shell becomes the runner. The subshell beside it waits for the end of our pipe, which the system closes however
// this process ends, and then kills what is left of the runner's process group: a hung test file, for instance.
const GUARDED = '(while read -r line; do :; done; kill -KILL 0) <&3 >/dev/null 2>&1 & exec "$@" 3<&-'

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort())

process.exitCode = await run(process.argv.slice(2))

async function run(args: string[]): Promise<number> {
  // Every temporary file of the run goes below this folder, so that a killed test leaves none behind.
  const folder = mkdtempSync(join(tmpdir(), 'headgate-test-'))
  chmodSync(folder, 0o1777) // as /tmp is, because root starts PostgreSQL as another user
  process.env['TMPDIR'] = folder
  try {
    const postgres = await openPostgresServer()
    try {
      const template = await openTemplate(postgres.url)
      try {
        return await runTestFiles(args, {
          TEST_DATABASE_URL: postgres.url,
          TEST_DATABASE_TEMPLATE: template.name,
          NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import ${await bundlePackages(folder)}`,
        })
      } finally {
        await template.close()
      }
    } finally {
      await postgres.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runTestFiles(args: string[], environment: Record<string, string>): Promise<number> {
  const { seconds, runnerArguments } = readArguments(args)
  const runner = spawn('/bin/sh', ['-c', GUARDED, 'sh', process.execPath, ...runnerArguments], {
    env: {
      ...process.env,
      ...environment,
      // Every file is a process that reads the same sources: what one has compiled, the next need not.
      NODE_COMPILE_CACHE: join(process.env['TMPDIR'] ?? tmpdir(), 'compiled'),
      ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
    },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    detached: true, // a process group of its own; Ctrl-C is handed on below
  })
  const killGroup = () => (runner.stdio[3] as Writable).end()
  const interrupt = () => {
    runner.kill('SIGINT')
    setTimeout(killGroup, INTERRUPT_GRACE_MS).unref()
  }
  const watchdog = setTimeout(() => {
    console.error(`\nThe tests did not end within ${seconds} s. Still running:\n${runningFiles(runner.pid!)}`)
    interrupt()
  }, seconds * 1000)
  interruption.signal.addEventListener('abort', interrupt)
  if (interruption.signal.aborted) interrupt()

  let output = ''
  runner.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    process.stdout.write(chunk)
    output += chunk
  })
  runner.once('exit', killGroup)
  const [code] = (await once(runner, 'close')) as [number | null]
  clearTimeout(watchdog)

  const closingLines = findClosingLines(output)
  const noneRan = closingLines.startsWith('ℹ tests 0\n')
  if (noneRan) console.error('No test ran: no file matches.')
  // The runner lists the failures below its closing lines, and CI reads the last lines.
  else if (code !== 0) process.stdout.write(`\n${closingLines}`)
  if (interruption.signal.aborted) return INTERRUPTED_EXIT_CODE
  return noneRan ? 1 : (code ?? 1)
}

function readArguments(args: string[]): { seconds: number; runnerArguments: string[] } {
  const ours = '--give-up-after='
  const seconds = Number(args.find((arg) => arg.startsWith(ours))?.slice(ours.length) ?? WATCHDOG_SECONDS)
  if (!(seconds > 0)) throw new Error(`${ours} takes a number of seconds`)
  const theirs = args.filter((arg) => !arg.startsWith(ours))
  const reporter = theirs.some((arg) => arg.startsWith('--test-reporter')) ? [] : ['--test-reporter=spec']
  const namesFiles = theirs.some((arg, i) => !arg.startsWith('-') && !isFlagValue(arg, theirs[i - 1]))
  const defaults = [`--test-concurrency=${FILES_AT_A_TIME}`, `--test-timeout=${TEST_TIMEOUT_MS}`, ...reporter]
  return { seconds, runnerArguments: ['--test', ...defaults, ...theirs, ...(namesFiles ? [] : TEST_FILES)] }
}

/** Tells `--test-name-pattern refresh` from a flag and a file; which flags take a value is the runner's affair. */
function isFlagValue(arg: string, before = ''): boolean {
  return /^--[^=]+$/.test(before) && !/[/*]|\.ts$/.test(arg)
}

/** The runner's own list, which it prints when interrupted, has those too that ended and await their turn to report. */
function runningFiles(group: number): string {
  try {
    const processes = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,pgid=,args='], { encoding: 'utf8' })
    const found = processes.matchAll(/^ *(\d+) +(\d+) (\S+) .* (\S+\.test\.ts)$/gm)
    return [...found]
      .filter(
        ([, pid, pgid, program]) => pgid === String(group) && pid !== pgid && program === process.execPath,
      )
      .map(([, , , , file]) => `  ${file}\n`)
      .join('')
  } catch {
    return '  (see below: this machine has no ps to ask)\n'
  }
}

/** `ℹ tests 12` to `ℹ duration_ms 34.5`, as the runner's spec reporter prints them; empty under another reporter. */
function findClosingLines(output: string): string {
  const text = stripVTControlCharacters(output)
  const [lines = ''] = text.slice(text.lastIndexOf('\nℹ tests ') + 1).match(/^(ℹ (?:\w+) [\d.]+\n)+/) ?? []
  return lines
}
