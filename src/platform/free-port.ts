/** Owns trying ports out before a server listens: its address is part of every link, and nothing should have been made for one that cannot listen. */
import { createServer } from 'node:net'

/** Below those that systems give to outgoing connections (32768 and up): such a one could be taken before the server listens. */
const [FIRST, END] = [15_000, 32_000]
const ATTEMPTS = 100

export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * (END - FIRST))
    if (await isFree(port)) return port
  }
  throw new Error(`no port is free between ${FIRST} and ${END}`)
}

const isFree = (port: number): Promise<boolean> =>
  tryListening('127.0.0.1', port).then(
    () => true,
    () => false,
  )

/** @throws Error as listening there does: taken, not allowed, not this machine's */
export const tryListening = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
