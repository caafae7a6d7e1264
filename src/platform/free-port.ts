/** Owns finding a port that is free now: a server's address is part of every link, so it must be known before it listens. */
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
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
