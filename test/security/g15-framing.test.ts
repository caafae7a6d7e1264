/** G15: headers and message framing at the front door, over raw sockets. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { assertStatus, jsonOf } from './answers.ts'
import { assertNothingMoved } from './database-state.ts'
import { openWorld } from './harness.ts'
import { rawRequest } from './raw-request.ts'

test('G15-272 odd headers are refused or harmless', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const path = `/v1/connect/${world.p1}/accounts`
  const bearer = `Authorization: Bearer ${token}`
  const before = await world.state()
  const ask = (lines: string[], target = path) =>
    rawRequest(world.address, { lines: [`GET ${target} HTTP/1.1`, bearer, ...lines] })
  const refused = async (lines: string[], statuses: number[], target = path) => {
    const answer = await ask(lines, target)
    assert.ok(answer, lines.join().slice(0, 100))
    assert.ok(statuses.includes(answer.status), `${lines.join().slice(0, 100)}: ${answer.status}`)
    assert.doesNotMatch(answer.text, /canary|apn_/)
  }
  const host = new URL(world.address).host
  const many = Array.from({ length: 100 }, (_, i) => `X-Header-${i}: ${i}`)
  assertStatus((await ask(many))!, 200)
  await refused([`X-Long: ${'a'.repeat(15 * 1024)}`, `X-More: ${'a'.repeat(2 * 1024)}`], [400, 431])
  await refused(
    Array.from({ length: 2100 }, (_, i) => `X-Header-${i}: ${i}`),
    [400, 431],
  )
  await refused([`Host: ${host}`, `Host: ${host}`], [400])
  await refused([`Host: ${host}`, 'Host: evil.test'], [400])
  await refused([bearer], [400])
  await refused(['Authorization: Bearer other'], [400])
  await refused(['Origin: https://a.test', 'Origin: https://b.test'], [400])
  await refused(['X-Folded: one', ' two'], [400])
  await refused(['X-Folded: one', '\ttwo'], [400])
  await refused(['X-Bad Name: 1'], [400])
  await refused(['X-Bad\u0000: 1'], [400])
  await refused(['X-Value: a\u0000b'], [400])
  await refused([': nameless'], [400])
  await refused(['no colon at all'], [400])
  await refused(['x-pd-environment: pröduction'], [400])
  await refused(['Expect: something-else'], [400, 417])
  // Another address in the request line or in Host changes neither what answers nor what links say.
  for (const target of [
    `http://evil.test${path}`,
    `http://${host}${path}`,
    `https://user@evil.test${path}`,
    '*',
    'evil.test:443',
    path.slice(1),
  ])
    await refused([], [400, 404, 405], target)
  const evil = await ask([
    'Host: evil.test',
    'X-Forwarded-Host: evil.test',
    'Forwarded: host=evil.test',
    'X-Original-URL: /metrics',
    'X-Rewrite-URL: /metrics',
  ])
  assert.ok(evil)
  assertStatus(evil, 200)
  assert.doesNotMatch(evil.text, /evil\.test/)
  assert.equal(jsonOf<{ data: unknown[] }>(evil).data.length, 2)
  assertStatus((await ask(['X-Accent: é']))!, 200)
  assertNothingMoved(before, await world.state())
})

test('G15-273 a message with two lengths, or none that makes sense, ends its connection', async (t) => {
  const world = await openWorld(t)
  const token = await world.token()
  const host = new URL(world.address).host
  const head = `POST /v1/connect/${world.p1}/tokens HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n`
  const body = '{"external_user_id":"smuggled"}'
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  const hidden = `DELETE /v1/connect/${world.p1}/accounts/${world.accounts.a1} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`
  const length = `Content-Length: ${body.length}\r\n`
  const cases: Record<string, string> = {
    'CL and TE': `${head}${length}Transfer-Encoding: chunked\r\n\r\n${chunk}${hidden}`,
    'TE and CL': `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunk}${hidden}`,
    'two CL': `${head}${length}Content-Length: 0\r\n\r\n${body}${hidden}`,
    'two equal CL': `${head}${length}${length}\r\n${body}${hidden}`,
    'CL list': `${head}Content-Length: ${body.length}, ${body.length}\r\n\r\n${body}${hidden}`,
    'TE xchunked': `${head}Transfer-Encoding: xchunked\r\n\r\n${chunk}${hidden}`,
    'TE chunked, identity': `${head}Transfer-Encoding: chunked, identity\r\n\r\n${chunk}${hidden}`,
    'two TE': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${chunk}${hidden}`,
    'space before colon': `${head}Content-Length : 2\r\n\r\n{}${hidden}`,
    'TE space before colon': `${head}Transfer-Encoding : chunked\r\n\r\n${chunk}${hidden}`,
    'bare LF in the header': `${head}X-A: b\nTransfer-Encoding: chunked\r\n\r\n${chunk}${hidden}`,
    'bare CR in the header': `${head}X-A: b\rTransfer-Encoding: chunked\r\n\r\n${chunk}${hidden}`,
    'negative CL': `${head}Content-Length: -1\r\n\r\n${body}${hidden}`,
    'signed CL': `${head}Content-Length: +${body.length}\r\n\r\n${body}${hidden}`,
    'hex CL': `${head}Content-Length: 0x1f\r\n\r\n${body}${hidden}`,
    'CL overflow': `${head}Content-Length: 99999999999999999999\r\n\r\n${body}${hidden}`,
    'CL with a space': `${head}Content-Length: 3 1\r\n\r\n${body}${hidden}`,
    'chunk size overflow': `${head}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${body}\r\n0\r\n\r\n${hidden}`,
    'negative chunk size': `${head}Transfer-Encoding: chunked\r\n\r\n-1\r\n${body}\r\n0\r\n\r\n${hidden}`,
    'chunk size with 0x': `${head}Transfer-Encoding: chunked\r\n\r\n0x1f\r\n${body}\r\n0\r\n\r\n${hidden}`,
    'chunk without its end': `${head}Transfer-Encoding: chunked\r\n\r\n1f\r\n${body}XX0\r\n\r\n${hidden}`,
    'bare LF after the chunk size': `${head}Transfer-Encoding: chunked\r\n\r\n1f\n${body}\r\n0\r\n\r\n${hidden}`,
    'no version': `POST /v1/connect/${world.p1}/tokens\r\n\r\n${hidden}`,
    'version 3': `GET /healthz HTTP/3.0\r\nHost: ${host}\r\n\r\n${hidden}`,
    // Its end is clear, so what would follow it is a request of the same client like any other: Node reads on behind this 400.
    'no Host': `GET /healthz HTTP/1.1\r\n\r\n`,
    'unknown method': `SMUGGLE /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n${hidden}`,
  }
  const before = await world.state()
  for (const [name, text] of Object.entries(cases)) {
    const answers = await exchange(world.address, text)
    const statuses = [...answers.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
    assert.equal(statuses.length, 1, `${name}: ${statuses.join()}`)
    assert.ok([400, 413, 501, 505].includes(statuses[0]!), `${name}: ${statuses.join()}`)
  }
  assertNothingMoved(before, await world.state())
})

/** Everything that comes back until the server closes; fails when it keeps the connection. */
function exchange(address: string, text: string): Promise<string> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    let received = ''
    const late = setTimeout(() => {
      socket.destroy()
      reject(new Error(`still open: ${received.slice(0, 200)}`))
    }, 5_000)
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(late)
      resolve(received)
    })
    socket.write(Buffer.from(text, 'latin1'))
  })
}
