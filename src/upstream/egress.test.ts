import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { createServer as createTcpServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { BadRequest, type AppError } from '../platform/errors.ts'
import { createEgress, type EgressOptions, type OutboundRequest } from './egress.ts'
import { EgressFailed, EgressTimedOut } from './egress-failure.ts'
import { listenLocally, serveLocally } from './local-server.ts'

function egressFor(t: TestContext, options: EgressOptions) {
  const egress = createEgress(options)
  t.after(() => egress.close())
  const request = (url: string, more: Partial<OutboundRequest> = {}) =>
    egress.request({ method: 'GET', url, timeoutMs: 5000, maxBytes: 10_000, ...more })
  return { egress, request }
}

const PRIVATE_HOSTS = '127.0.0.1 127.1 0x7f.1 2130706433 0 [::ffff:127.0.0.1] localhost localhost.'.split(' ')

const failsWith = (code: string, sent: boolean) => (error: unknown) => {
  assert.ok(error instanceof EgressFailed || error instanceof EgressTimedOut)
  assert.equal(error.code, code)
  assert.equal(error.sent, sent)
  return true
}

test('an allowed target gets the request as given and hands back status, headers and bytes', async (t) => {
  const server = await serveLocally(t, (_request, response) =>
    response.writeHead(201, { 'X-Two': ['a', 'b'] }).end(Buffer.from([0, 255, 10])),
  )
  const { request } = egressFor(t, { allow: [server.target] })
  const answer = await request(`${server.origin}/a/b?c=d#e`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain' },
    body: 'hello',
  })
  assert.deepEqual([...answer.body], [0, 255, 10])
  assert.equal(answer.status, 201)
  assert.equal(answer.headers['x-two'], 'a, b')
  assert.equal(server.requests.length, 1)
  const { method, target, headers, body } = server.requests[0]!
  assert.deepEqual([method, target, body], ['POST', '/a/b?c=d', 'hello'])
  assert.equal(headers['content-type'], 'text/plain')
  assert.equal(headers['accept-encoding'], 'identity')
  assert.equal(headers['host'], server.target)
})

test('G10-194 private literals are refused as targets without a connection', async (t) => {
  const { port, connections } = await serveLocally(t, (_req, res) => res.end())
  let lookups = 0
  const lookup = async () => ((lookups += 1), [{ address: '127.0.0.1', family: 4 }])
  const { egress, request } = egressFor(t, { allow: [], lookup })
  for (const host of PRIVATE_HOSTS)
    for (const scheme of ['http', 'https']) {
      const url = `${scheme}://${host}:${port}/?secret=s3cret`
      await assert.rejects(request(url), failsWith('egress_blocked', false), url)
      assert.throws(
        () => egress.checkTarget(url),
        (error) => error instanceof BadRequest && error.code === 'egress_blocked',
      )
    }
  assert.equal(connections(), 0)
  assert.equal(lookups, 0)
  assert.equal(egress.checkTarget('https://example.com/hook').href, 'https://example.com/hook')
})

test('G7-136 a public name that resolves to a private address is refused with 0 connections', async (t) => {
  const { port, connections } = await serveLocally(t, (_req, res) => res.end())
  const answers: Record<string, string[]> = {
    'private.example': ['127.0.0.1'],
    'ten.example': ['10.0.0.1'],
    'mixed.example': ['1.1.1.1', '127.0.0.1'],
    'mapped.example': ['::ffff:127.0.0.1'],
    'nat64.example': ['64:ff9b::7f00:1'],
    'zone.example': ['fe80::1%lo'],
    'garbage.example': ['evil'],
  }
  const { request } = egressFor(t, {
    allow: [],
    lookup: async (name) =>
      answers[name]!.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  })
  for (const name of Object.keys(answers))
    await assert.rejects(request(`https://${name}:${port}/`), failsWith('egress_blocked', false), name)
  assert.equal(connections(), 0)
})

test('a name that does not resolve, or to nothing, is unreachable and nothing was sent', async (t) => {
  const { request } = egressFor(t, {
    allow: [],
    lookup: async (name) => {
      if (name === 'empty.example') return []
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    },
  })
  for (const name of ['empty.example', 'gone.example'])
    await assert.rejects(request(`https://${name}/`), failsWith('upstream_unreachable', false), name)
})

test('an allowed name is looked up once, connects to that answer and keeps its name in Host', async (t) => {
  let host: string | undefined
  const { port } = await serveLocally(t, (req, res) => {
    host = req.headers.host
    res.end('ok')
  })
  let lookups = 0
  const lookup = async () => ((lookups += 1), [{ address: '127.0.0.1', family: 4 }])
  const { request } = egressFor(t, { allow: [`api.example:${port}`], lookup })
  assert.equal((await request(`http://api.example:${port}/`)).body.toString(), 'ok')
  assert.equal(host, `api.example:${port}`)
  assert.equal(lookups, 1)
})

test('a range entry opens a plain-http name only while every address lies in it', async (t) => {
  const { port, connections } = await serveLocally(t, (_req, res) => res.end('ok'))
  const answers: Record<string, string[]> = {
    'in.example': ['127.0.0.1'],
    'out.example': ['127.0.0.1', '1.1.1.1'],
  }
  const lookup = async (name: string) => answers[name]!.map((address) => ({ address, family: 4 }))
  const { request } = egressFor(t, { allow: [`127.0.0.0/8:${port}`], lookup })
  assert.equal((await request(`http://in.example:${port}/`)).status, 200)
  await assert.rejects(request(`http://out.example:${port}/`), failsWith('egress_blocked', false))
  assert.equal(connections(), 1)
})

test('G7-135 redirects are handed back, not followed', async (t) => {
  const evil = await serveLocally(t, (_req, res) => res.end('stolen'))
  const { port } = await serveLocally(t, (_req, res) =>
    res.writeHead(307, { location: `http://127.0.0.1:${evil.port}/` }).end(),
  )
  const { request } = egressFor(t, { allow: [`127.0.0.1:${port}`, `127.0.0.1:${evil.port}`] })
  const answer = await request(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'code=1' })
  assert.equal(answer.status, 307)
  assert.equal(evil.connections(), 0)
})

test('an answer over the limit is cut, announced or not, compressed or not', async (t) => {
  let written = 0
  const { port } = await serveLocally(t, (req, res) => {
    if (req.target === '/announced')
      return res.writeHead(200, { 'content-length': '50000' }).end(Buffer.alloc(50_000))
    if (req.target === '/gzip')
      return res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000)))
    res.on('drain', write)
    function write() {
      while (written < 500_000_000 && res.write(Buffer.alloc(64_000))) written += 64_000
    }
    return write()
  })
  const { request } = egressFor(t, { allow: [`127.0.0.1:${port}`] })
  for (const path of ['announced', 'endless', 'gzip'])
    await assert.rejects(
      request(`http://127.0.0.1:${port}/${path}`),
      failsWith('upstream_too_large', true),
      path,
    )
  assert.ok(written < 50_000_000, `${written} bytes were taken`)
})

test('a compressed answer that nobody asked for is read all the same', async (t) => {
  const { port } = await serveLocally(t, (_req, res) =>
    res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"access_token":"t"}')),
  )
  const { request } = egressFor(t, { allow: [`127.0.0.1:${port}`] })
  assert.equal((await request(`http://127.0.0.1:${port}/`)).body.toString(), '{"access_token":"t"}')
})

test('the deadline covers look-up, waiting for headers and a stalled body, and says whether anything was sent', async (t) => {
  const { port } = await serveLocally(t, (req, res) => {
    if (req.target === '/body') res.writeHead(200).write('{"access')
  })
  const { request } = egressFor(t, { allow: [`127.0.0.1:${port}`], lookup: () => new Promise(() => {}) })
  const cases = [
    [`http://127.0.0.1:${port}/headers`, true],
    [`http://127.0.0.1:${port}/body`, true],
    ['https://slow-dns.example/', false],
  ] as const
  for (const [url, sent] of cases)
    await assert.rejects(request(url, { timeoutMs: 150 }), failsWith('upstream_timeout', sent), url)
})

test('a refused connection was not sent; one that closes without an answer may have been', async (t) => {
  const closing = await listenLocally(
    t,
    createTcpServer((socket) => socket.once('data', () => socket.destroy())),
  )
  const cut = await listenLocally(
    t,
    createTcpServer((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access_token":"s3cret'),
      ),
    ),
  )
  const garbage = await listenLocally(
    t,
    createTcpServer((socket) => socket.once('data', () => socket.end('s3cret nonsense\r\n\r\n'))),
  )
  const gone = createTcpServer()
  const { port: unused } = await listenLocally(t, gone)
  await new Promise((resolve) => gone.close(resolve))
  const { request } = egressFor(t, { allow: ['127.0.0.1'] })
  await assert.rejects(request(`http://127.0.0.1:${unused}/`), failsWith('upstream_unreachable', false))
  for (const { port, connections } of [closing, cut, garbage]) {
    await assert.rejects(
      request(`http://127.0.0.1:${port}/?q=s3cret`, { method: 'POST', body: 's3cret' }),
      (error) => {
        failsWith('upstream_unreachable', true)(error)
        assert.doesNotMatch(
          JSON.stringify(error) + String(error) + String((error as AppError).detail),
          /s3cret/,
        )
        assert.equal((error as Error).cause, undefined)
        return true
      },
    )
    assert.equal(connections(), 1, 'a request is never repeated')
  }
})

test('a request that cannot be written is not sent and its values are not shown', async (t) => {
  const { port, connections } = await serveLocally(t, (_req, res) => res.end())
  const { request } = egressFor(t, { allow: [`127.0.0.1:${port}`] })
  await assert.rejects(
    request(`http://127.0.0.1:${port}/`, { headers: { authorization: 'Bearer s3cret\r\nx: y' } }),
    (error) => failsWith('upstream_unreachable', false)(error) && !/s3cret/.test(String(error)),
  )
  assert.equal(connections(), 0)
})

test('each request has a connection of its own, so an idle one that is just closing cannot lose it', async (t) => {
  const { port, connections } = await serveLocally(t, (_req, res) => res.end('ok'))
  const { request } = egressFor(t, { allow: [`127.0.0.1:${port}`] })
  for (let i = 0; i < 3; i += 1) {
    await request(`http://127.0.0.1:${port}/`)
    await setImmediate()
  }
  assert.equal(connections(), 3)
})

test('G10-216 proxy variables of the environment are not used', async (t) => {
  const proxy = await serveLocally(t, (_req, res) => res.end('proxied'))
  const { port } = await serveLocally(t, (_req, res) => res.end('direct'))
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
  const before = names.map((name) => [name, process.env[name]] as const)
  t.after(() => {
    for (const [name, value] of before) {
      delete process.env[name]
      if (value !== undefined) process.env[name] = value
    }
  })
  for (const name of names)
    process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${proxy.port}`
  const { request } = egressFor(t, { allow: ['127.0.0.1'] })
  assert.equal((await request(`http://127.0.0.1:${port}/`)).body.toString(), 'direct')
  assert.equal(proxy.connections(), 0)
})

test('a streamed request goes through the same door', async (t) => {
  const { port, connections } = await serveLocally(t, (_req, res) => res.end('streamed'))
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }]
  const { egress } = egressFor(t, { allow: [`127.0.0.1:${port}`], lookup })
  const stream = (url: string) =>
    new Promise<string>((resolve, reject) => {
      let text = ''
      egress.dispatch(
        new URL(url),
        { method: 'GET' },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_controller, chunk) => void (text += chunk.toString()),
          onResponseEnd: () => resolve(text),
          onResponseError: (_controller, error) => reject(error),
        },
      )
    })
  assert.equal(await stream(`http://127.0.0.1:${port}/`), 'streamed')
  await setImmediate()
  assert.equal(await stream(`http://127.0.0.1:${port}/`), 'streamed')
  assert.equal(connections(), 1)
  await assert.rejects(stream(`https://127.0.0.2:${port}/`), failsWith('egress_blocked', false))
  await assert.rejects(stream(`https://rebound.example:${port}/`), failsWith('egress_blocked', false))
  assert.equal(connections(), 1)
})
