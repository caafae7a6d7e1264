/** Owns the yardstick: a `node:http` server that answers 300 bytes of static JSON and does nothing else. Runs as a process of its own. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const BODY = Buffer.from(JSON.stringify({ text: 'x'.repeat(300 - '{"text":""}'.length) }))
const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'content-length': BODY.length }

const server = createServer({ keepAliveTimeout: 600_000 }, (_request, response) => {
  response.writeHead(200, HEADERS)
  response.end(BODY)
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
