/** Owns how long `npm start` takes until the server is ready, on a new database and on a known one, and how much memory it then holds. */
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startChild } from './child.ts'
import { median } from './measure.ts'

export interface StartUp {
  /** Milliseconds from starting the process to `/readyz` answering 200, medians. */
  firstStartMs: number
  laterStartMs: number
  /** Resident memory in MB after two idle seconds, median of the later starts. */
  idleMb: number
}

const LOOK_EVERY_MS = 5
const READY_WITHIN_MS = 60_000
const IDLE_MS = 2_000
const SERVE = join(import.meta.dirname, '../bin/headgate.js')

export async function measureStartUp(folder: string, times: number): Promise<StartUp> {
  const first: number[] = []
  const later: number[] = []
  const idle: number[] = []
  for (let i = 0; i < times; i += 1) {
    const dataDir = mkdtempSync(join(folder, 'start-'))
    first.push((await startOnce(dataDir)).ms)
    const second = await startOnce(dataDir)
    later.push(second.ms)
    idle.push(second.residentMb)
  }
  return { firstStartMs: median(first), laterStartMs: median(later), idleMb: median(idle) }
}

async function startOnce(dataDir: string): Promise<{ ms: number; residentMb: number }> {
  const port = await freePort()
  const start = performance.now()
  const child = startChild([SERVE, 'serve'], {
    PORT: String(port),
    HEADGATE_DATA_DIR: dataDir,
    HEADGATE_KEYS_PATH: join(dataDir, 'keys'),
    HEADGATE_LOG_LEVEL: 'warn',
  })
  try {
    await untilReady(port, start + READY_WITHIN_MS)
    const ms = performance.now() - start
    await delay(IDLE_MS)
    return { ms, residentMb: child.residentMb() }
  } finally {
    await child.stop()
  }
}

async function untilReady(port: number, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await delay(LOOK_EVERY_MS)
  }
  throw new Error('the server was not ready in time')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
