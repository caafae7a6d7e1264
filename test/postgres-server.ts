/** Runs a real PostgreSQL for the tests; it ends, and its folder with it, when the process that asked for it does. */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { Client } from 'pg'
import { freePort } from '../src/platform/free-port.ts'
import { findPostgresBinaries, OLDEST_POSTGRES } from './postgres-binaries.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

const START_DEADLINE_MS = 60_000
const PORT_ATTEMPTS = 5

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}

// The guard owns the server and its folder. It waits for the end of its input, which the system closes however this
// process ends (kill -9 included), so that there is no handler here to be missed.
const GUARD = `
folder=$1 binaries=$2; shift 2
"$binaries/initdb" -D data -U headgate --pwfile=password -A password -E UTF8 --locale=C --no-sync >/dev/null && {
  "$binaries/postgres" -D data "$@" </dev/null &
  server=$!
}
exec >/dev/null 2>&1 # only the server holds the log now: its end is the end of the server
while read -r line; do :; done
# Again and again, for a shell starts a background process deaf to INT, until it sets a handler of its own.
attempts=0
while [ "$attempts" -lt 100 ] && kill -INT "$server"; do attempts=$((attempts + 1)); sleep 0.1; done
kill -KILL "$server"
cd / && rm -rf "$folder"
`

export interface PostgresServer {
  /** Address of the maintenance database, for a role that may create databases. */
  url: string
  stop(): Promise<void>
}

/** The server at `TEST_DATABASE_URL`, else one started here. Throws where there is none to be had. */
export async function openPostgresServer(env: NodeJS.ProcessEnv = process.env): Promise<PostgresServer> {
  const url = env['TEST_DATABASE_URL']
  if (!url) return startPostgres(findPostgresBinaries(env))
  await requireSupported(url)
  return { url, stop: async () => {} }
}

async function requireSupported(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
    const tooOld = Number(rows[0]?.server_version_num) < OLDEST_POSTGRES * 10_000
    if (tooOld) throw new Error(`that server is older than PostgreSQL ${OLDEST_POSTGRES}`)
  } catch (cause) {
    throw new Error(`TEST_DATABASE_URL cannot be used: ${(cause as Error).message}`, { cause })
  } finally {
    await client.end()
  }
}

async function startPostgres(binaries: PostgresBinaries): Promise<PostgresServer> {
  for (let attempt = 1; ; attempt++) {
    const password = randomBytes(16).toString('hex')
    // PostgreSQL cannot choose one itself, so another process may take this one first: then another one.
    const port = await freePort()
    const guard = startGuard(binaries, port, password)
    const closed = once(guard, 'close')
    const stop = async () => {
      guard.ref()
      guard.stdin.end()
      await closed
    }
    const failure = await untilReady(guard)
    if (failure === undefined) {
      // A process that forgets to stop the server must still come to its end.
      for (const handle of [guard, guard.stdin as Socket, guard.stderr as Socket]) handle.unref()
      return { url: `postgres://headgate:${password}@127.0.0.1:${port}/postgres`, stop }
    }
    await stop()
    const portWasTaken = failure.includes('could not bind')
    if (!portWasTaken || attempt === PORT_ATTEMPTS) throw new Error(`PostgreSQL did not start: ${failure}`)
  }
}

type Guard = ChildProcessByStdio<Writable, null, Readable>

function startGuard(binaries: PostgresBinaries, port: number, password: string): Guard {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-postgres-'))
  writeFileSync(join(folder, 'password'), password, { mode: 0o600 })
  const owner = process.getuid?.() === 0 ? unprivilegedUser() : undefined
  let programs = binaries.folder
  if (owner && binaries.origin === 'embedded') {
    // That user may be unable to read this checkout (a home folder is 0700).
    programs = join(folder, 'native/bin')
    cpSync(dirname(binaries.folder), dirname(programs), { recursive: true, verbatimSymlinks: true })
  }
  if (owner) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, folder])
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  return spawn('/bin/sh', ['-c', GUARD, 'postgres-guard', folder, programs, ...settings], {
    ...owner,
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true, // Ctrl-C goes to the whole process group; this one must outlive it
  })
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid: number; gid: number } {
  const idOf = (user: string, flag: string) =>
    Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: idOf(user, '-u'), gid: idOf(user, '-g') }
    } catch {
      // no such user: the next one
    }
  }
  throw new Error(
    'PostgreSQL cannot run as root, and this machine has no user "postgres" or "nobody" to run it as.',
  )
}

/** Undefined once the server answers, else the end of its log. */
async function untilReady(guard: Guard): Promise<string | undefined> {
  let log = ''
  return new Promise((resolve) => {
    const settle = (failure?: string) => {
      clearTimeout(deadline)
      guard.stderr.off('data', read).resume()
      resolve(failure)
    }
    const read = (chunk: string) => {
      log += chunk
      if (log.includes('database system is ready to accept connections')) settle()
    }
    const deadline = setTimeout(
      () => settle(`not ready after ${START_DEADLINE_MS} ms\n${log}`),
      START_DEADLINE_MS,
    )
    guard.stderr.setEncoding('utf8').on('data', read)
    guard.stderr.once('end', () => settle(log.trim()))
    guard.once('error', (error) => settle(error.message))
  })
}
