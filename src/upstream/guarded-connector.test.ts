import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { parseAllowList } from './allow-list.ts'
import { createEgress } from './egress.ts'
import { EgressTimedOut } from './egress-failure.ts'
import { guardedConnector } from './guarded-connector.ts'
import { listenLocally } from './local-server.ts'

test('a connection is judged by itself, whoever asks for it', async (t) => {
  const { port, connections } = await listenLocally(t, createServer())
  const connect = guardedConnector(parseAllowList([]), async () => [{ address: '127.0.0.1', family: 4 }])
  const targets = [
    ['https:', '127.0.0.1'],
    ['http:', '127.0.0.1'],
    ['https:', 'localhost'],
    ['https:', 'rebound.example'],
    ['http:', 'public.example'],
  ] as const
  for (const [protocol, hostname] of targets) {
    const options = { protocol, hostname, host: `${hostname}:${port}`, port: String(port) }
    const error = await new Promise<Error | null>((resolve) =>
      connect(options, (...[error]) => resolve(error)),
    )
    assert.equal((error as { code?: string } | null)?.code, 'egress_blocked', hostname)
  }
  assert.equal(connections(), 0)
})

test('a request given up before its connection stood is never written to it', async (t) => {
  let seen: (bytes: number) => void
  const bytes = new Promise<number>((resolve) => (seen = resolve))
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (chunk) => seen(chunk.length))
    socket.once('close', () => seen(0))
  })
  const { port } = await listenLocally(t, server)
  let answer: (addresses: { address: string; family: number }[]) => void
  const lookup = () => new Promise<{ address: string; family: number }[]>((resolve) => (answer = resolve))
  const egress = createEgress({ allow: [`slow.example:${port}`], lookup })
  t.after(() => egress.close())
  const request = {
    method: 'POST',
    url: `http://slow.example:${port}/`,
    body: 'code',
    timeoutMs: 50,
    maxBytes: 100,
  }
  await assert.rejects(egress.request(request), (error) => error instanceof EgressTimedOut && !error.sent)
  answer!([{ address: '127.0.0.1', family: 4 }])
  assert.equal(await bytes, 0)
})
