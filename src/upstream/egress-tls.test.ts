import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { createEgress } from './egress.ts'
import { EgressFailed } from './egress-failure.ts'

// Self-signed for idp.example, valid for a hundred years, made for this test and used nowhere else:
// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=idp.example \
//   -addext subjectAltName=DNS:idp.example
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwRx1Ydq4IWtmdfVn
inPNemw+lCfRefqjyYps14jzecGhRANCAARhMp46tPt4KAMVj1UQzDLqQiycvGS2
oRtU3ZpH+X0VTjPuMVSosiMKQSReiyAv2GXPMDoKsLpr8pwZLbqVqZmY
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUOMThq6HaOenvan9WaHjLW+QUi7kwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwIBcNMjYxMTIyMDMwNTM0WhgPMjEyNjEw
MjkwMzA1MzRaMBYxFDASBgNVBAMMC2lkcC5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEYTKeOrT7eCgDFY9VEMwy6kIsnLxktqEbVN2aR/l9FU4z7jFU
qLIjCkEkXosgL9hlzzA6CrC6a/KcGS26lamZmKNrMGkwHQYDVR0OBBYEFAOQFziW
gcheWxGJSs0h6wF1MhGcMB8GA1UdIwQYMBaAFAOQFziWgcheWxGJSs0h6wF1MhGc
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILaWRwLmV4YW1wbGUwCgYIKoZI
zj0EAwIDSAAwRQIgEryuwKtsNxjUiRzvCeWdns1zcqN+HdWDs5r7nildzgwCIQDS
w1ptje52lE3ODzBjok2sblKJVxn53jepPdaYhjl13g==
-----END CERTIFICATE-----`

async function tlsServer(t: TestContext) {
  const requests: { host: string | undefined; servername: unknown }[] = []
  const server = createServer({ key, cert }, (req, res) => {
    requests.push({ host: req.headers.host, servername: (req.socket as TLSSocket).servername })
    res.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { port: (server.address() as AddressInfo).port, requests }
}

function egressFor(t: TestContext, ...allow: string[]) {
  const egress = createEgress({ allow, lookup: async () => [{ address: '127.0.0.1', family: 4 }] })
  t.after(() => egress.close())
  return (url: string) => egress.request({ method: 'GET', url, timeoutMs: 5000, maxBytes: 1000 })
}

const untrusted = (error: unknown) =>
  error instanceof EgressFailed && error.code === 'upstream_unreachable' && !error.sent

test('G10-205 a certificate nobody vouches for is refused before anything is sent', async (t) => {
  const { port, requests } = await tlsServer(t)
  const request = egressFor(t, `idp.example:${port}`)
  await assert.rejects(request(`https://idp.example:${port}/`), untrusted)
  assert.equal(requests.length, 0)
})

test('a trusted certificate is checked against the name although the address is pinned', async (t) => {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, cert])
  t.after(() => setDefaultCACertificates(before))
  const { port, requests } = await tlsServer(t)
  const request = egressFor(t, `idp.example:${port}`, `other.example:${port}`)
  assert.equal((await request(`https://idp.example:${port}/`)).body.toString(), 'ok')
  assert.deepEqual(requests, [{ host: `idp.example:${port}`, servername: 'idp.example' }])
  await assert.rejects(request(`https://other.example:${port}/`), untrusted)
  assert.equal(requests.length, 1)
})

test('https is not retried over plain http', async (t) => {
  const { port, requests } = await tlsServer(t)
  const request = egressFor(t, `idp.example:${port}`)
  await assert.rejects(request(`http://idp.example:${port}/`), EgressFailed)
  assert.equal(requests.length, 0)
})
