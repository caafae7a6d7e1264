/** Proves the pictures of apps: whose wins, with which headers, and that those we ship are small and harmless. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTestServer } from '../create-test-server.ts'

const logos = join(import.meta.dirname, '../../catalog/logos')

test('the operator’s picture wins over ours, ours over the initials; none runs or loads anything', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-logos-'))
  t.after(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'logos'))
  const server = await createTestServer({ env: { HEADGATE_CATALOG_DIR: folder } })
  t.after(() => server.close())
  const get = (file: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/_static/apps/${file}`, { headers })

  const ours = await get('github.svg')
  assert.equal(ours.headers.get('content-type'), 'image/svg+xml')
  assert.equal(
    ours.headers.get('content-security-policy'),
    "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  )
  assert.equal(ours.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(ours.headers.get('cache-control'), 'public, max-age=3600')
  assert.equal(await ours.text(), await readFile(join(logos, 'github.svg'), 'utf8'))
  const etag = ours.headers.get('etag')!
  const unchanged = await get('github', { 'if-none-match': etag })
  assert.deepEqual([unchanged.status, await unchanged.text()], [304, ''])
  assert.equal((await get('slack.svg')).headers.get('etag'), (await get('slack_v2.svg')).headers.get('etag'))
  assert.match(await (await get('acme.svg')).text(), />A[A-Z]?<\/text>/, 'initials where there is no mark')

  const png = Buffer.from('89504e470d0a1a0a00', 'hex')
  await writeFile(join(folder, 'logos/github.png'), png)
  const replaced = await get('github.svg', { 'if-none-match': etag })
  assert.equal(replaced.status, 200)
  assert.equal(replaced.headers.get('content-type'), 'image/png')
  assert.deepEqual(Buffer.from(await replaced.arrayBuffer()), png)
  await writeFile(join(folder, 'logos/github.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  assert.equal((await get('github.svg')).headers.get('content-type'), 'image/svg+xml')
  await writeFile(join(folder, 'logos/github.svg'), Buffer.alloc(300_000, 0x20))
  assert.equal((await get('github.svg')).headers.get('content-type'), 'image/png', 'too large: passed over')

  await writeFile(join(folder, 'logos/gitlab.png'), 'a page that was saved as a picture')
  assert.equal(
    (await get('gitlab.svg')).headers.get('content-type'),
    'image/svg+xml',
    'no picture: ours stays',
  )

  await writeFile(join(folder, 'secret.svg'), 'secret')
  for (const path of [
    '..%2Fsecret.svg',
    '..%2f..%2fpackage.json',
    '%2e%2e%2fsecret',
    'nobody.svg',
    '_google.svg',
  ])
    assert.equal((await get(path)).status, 404, path)
})

test('every logo we ship is of an app, one path on a tile, under 10 KB, and in the index with its source', async () => {
  const index = JSON.parse(await readFile(join(logos, 'index.json'), 'utf8')) as {
    source: string
    version: string
    licence: string
    logos: Record<string, { mark: string; title: string; color: string }>
  }
  assert.deepEqual([index.source, index.licence], ['simple-icons', 'CC0-1.0'])
  assert.match(index.version, /^\d+\.\d+\.\d+$/)
  const files = (await readdir(logos)).filter((name) => name.endsWith('.svg'))
  assert.deepEqual(
    files.map((name) => name.replace('.svg', '')).toSorted(),
    Object.keys(index.logos).toSorted(),
  )
  assert.ok(files.length > 90)
  const apps = new Set(await readdir(join(logos, '../apps')))
  for (const file of files) {
    const svg = await readFile(join(logos, file), 'utf8')
    assert.ok(svg.length < 10_000, file)
    assert.match(
      svg,
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#[0-9A-F]{6}"\/><path transform="translate\(14 14\) scale\(1\.5\)" fill="#(fff|000)" d="[A-Za-z0-9+\-., ]+"\/><\/svg>\n$/,
      file,
    )
    assert.ok(apps.has(file.replace('.svg', '.yaml')), file)
  }
})
