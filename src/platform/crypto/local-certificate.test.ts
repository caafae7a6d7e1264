import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { type CertificateAndKey, createLocalCertificate } from './local-certificate.ts'

const from = Date.parse('2026-11-22T10:00:00Z')
const until = Date.parse('2027-12-20T10:00:00Z')
const NAMES = ['localhost', '127.0.0.1', '::1', 'fd00::12ab:0:1', 'a-name-that-is-rather-long.example.test']

test('names, times and limits are those asked for, as another reader of certificates sees them', () => {
  const { cert } = createLocalCertificate(NAMES, from, until)
  const read = new X509Certificate(cert)
  for (const name of ['localhost', 'a-name-that-is-rather-long.example.test'])
    assert.equal(read.checkHost(name), name)
  for (const address of ['127.0.0.1', '::1', 'fd00::12ab:0:1']) assert.ok(read.checkIP(address), address)
  assert.equal(read.checkHost('example.test'), undefined)
  assert.equal(read.checkIP('127.0.0.2'), undefined)
  assert.equal(Date.parse(read.validFrom), from)
  assert.equal(Date.parse(read.validTo), until)
  assert.equal(read.ca, false, 'it must not be able to vouch for other names')
  assert.ok(read.verify(read.publicKey))
})

test('no two are alike', () => {
  const [one, other] = [1, 2].map(() => createLocalCertificate(['localhost'], from, until))
  assert.notEqual(one!.key, other!.key)
  assert.notEqual(new X509Certificate(one!.cert).serialNumber, new X509Certificate(other!.cert).serialNumber)
})

test('a client that trusts it connects; one that does not, does not', async (t) => {
  const pair = createNow()
  const { port, close } = await serve(pair)
  t.after(close)
  assert.equal(await status(port, [pair.cert]), 200)
  await assert.rejects(status(port, undefined), { code: /SELF_SIGNED|UNABLE_TO_VERIFY/ })
})

test('each of many that are trusted together is recognised, as one and its renewal are', async (t) => {
  const pairs = Array.from({ length: 8 }, createNow)
  const trusted = pairs.map(({ cert }) => cert)
  for (const pair of pairs) {
    const { port, close } = await serve(pair)
    t.after(close)
    assert.equal(await status(port, trusted), 200)
  }
})

function createNow() {
  const now = Date.now()
  return createLocalCertificate(['localhost'], now - 60_000, now + 60_000)
}

async function serve(pair: CertificateAndKey): Promise<{ port: number; close: () => void }> {
  const server = createServer(pair, (_request, response) => response.end('here'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

const status = (port: number, ca: string[] | undefined) =>
  new Promise<number | undefined>((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', servername: 'localhost', port, agent: false, ...(ca ? { ca } : {}) },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      },
    )
    call.on('error', reject)
    call.end()
  })
