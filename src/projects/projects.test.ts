/** A project's own page: names, addresses and the logo, and who may change them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabases } from '../../test/databases.ts'
import { assert404Same, assertStatus, jsonOf, send } from '../../test/security/answers.ts'
import { openWorld, type World } from '../../test/security/harness.ts'
import type { ProjectShape } from './contract.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const dataUri = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`
const at = (project: string) => `/v1/connect/projects/${project}`
const setLogo = async (world: World, logo: unknown, token?: string) =>
  send(world.address, 'POST', `${at(world.p1)}/logo`, {
    token: token ?? (await world.token()),
    body: { logo },
  })

for (const { name: database } of testDatabases) {
  test(`what a project is, is read and changed member by member (${database})`, async (t) => {
    const world = await openWorld(t, { database })
    const token = await world.token()
    const patch = (body: object) => send(world.address, 'PATCH', at(world.p1), { token, body })
    const before = jsonOf<ProjectShape>(await send(world.address, 'GET', at(world.p1), { token }))
    assert.equal(before.id, world.p1)
    const changed = jsonOf<ProjectShape>(
      await patch({
        app_name: 'Your product',
        support_email: 'help@product.test',
        require_allowed_origins: true,
        verifier_uri: 'https://product.test/verify',
      }),
    )
    assert.deepEqual(changed, {
      ...before,
      app_name: 'Your product',
      support_email: 'help@product.test',
      require_allowed_origins: true,
      verifier_uri: 'https://product.test/verify',
    })
    const cleared = jsonOf<ProjectShape>(
      await patch({ app_name: null, name: null, require_allowed_origins: false }),
    )
    assert.deepEqual(
      [cleared.app_name, cleared.name, cleared.require_allowed_origins, cleared.support_email],
      [null, before.name, false, 'help@product.test'],
    )
    for (const body of [
      { name: '' },
      { name: 'a\u0007b' },
      { support_email: 'nobody' },
      { verifier_uri: 'http://product.test/' },
      { verifier_uri: 'https://10.0.0.1/' },
      { verifier_uri: 'javascript:alert(1)' },
      { verifier_uri: 'https://product.test/\r\nset-cookie: a=b' },
      { verifier_uri: ' https://product.test/verify' },
      { verifier_uri: 'https://product.test/verify#' },
      { verifier_uri: 'https:\\\\product.test\\verify' },
    ])
      assertStatus(await patch(body), 400)
    assert.deepEqual(jsonOf<ProjectShape>(await send(world.address, 'GET', at(world.p1), { token })), cleared)
  })
}

test('a logo is a picture: kept by its digest, served so that nothing in it runs', async (t) => {
  const world = await openWorld(t)
  const answer = await setLogo(world, dataUri(PNG))
  assertStatus(answer, 200)
  const { logo_url: url } = jsonOf<ProjectShape>(answer)
  assert.match(url ?? '', /\/_static\/logos\/[0-9a-f]{64}$/)
  const served = await fetch(url!)
  assert.equal(served.status, 200)
  assert.deepEqual(Buffer.from(await served.arrayBuffer()), PNG)
  assert.equal(served.headers.get('content-type'), 'image/png')
  assert.equal(served.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(served.headers.get('content-security-policy'), "default-src 'none'; sandbox")
  assert.match(served.headers.get('cache-control') ?? '', /immutable/)
  // Another takes its place, and the page shows it.
  const jpeg = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(200_000, 7)])
  const second = jsonOf<ProjectShape>(await setLogo(world, dataUri(jpeg, 'image/jpeg')))
  assert.equal((await fetch(url!)).status, 404)
  const page = await send(
    world.address,
    'GET',
    `/_static/connect.html?token=${await world.connectToken({ environment: 'development' })}&app=acme`,
  )
  assert.ok(page.text.includes(new URL(second.logo_url!).pathname), page.text.slice(0, 500))
  for (const digest of ['x', '..%2f..%2fetc', '0'.repeat(64)])
    assert.equal((await fetch(new URL(`/_static/logos/${digest}`, world.server.url))).status, 404)
})

test('what is no picture, or too large, is refused whatever it calls itself', async (t) => {
  const world = await openWorld(t)
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  for (const logo of [
    dataUri(svg, 'image/svg+xml'),
    dataUri(svg, 'image/png'),
    dataUri(Buffer.from('<html>'), 'image/png'),
    dataUri(Buffer.alloc(0)),
    dataUri(Buffer.concat([PNG, Buffer.alloc(256 * 1024)])),
    'https://elsewhere.test/logo.png',
    'data:image/png,raw',
    5,
  ])
    assertStatus(await setLogo(world, logo), 400)
  assert.deepEqual(await world.app.db.read.selectFrom('project_logos').selectAll().execute(), [])
})

test("another tenant's project, a Connect token, a narrower scope: nothing is read, nothing changes", async (t) => {
  const world = await openWorld(t)
  const before = await world.state()
  const token = await world.token()
  const unknown = await send(world.address, 'GET', at('proj_0000000000000000'), { token })
  assert404Same(await send(world.address, 'GET', at(world.p3), { token }), unknown)
  assert404Same(await send(world.address, 'PATCH', at(world.p3), { token, body: { name: 'mine' } }), unknown)
  const limited = await world.addClient(world.w1, { projectIds: [world.p2] })
  assert404Same(
    await send(world.address, 'GET', at(world.p1), { token: await world.token({ client: limited }) }),
    unknown,
  )
  assert.equal((await setLogo(world, dataUri(PNG), await world.connectToken())).status, 403)
  const reader = await world.token({ scope: 'connect:projects:read' })
  assert.equal((await setLogo(world, dataUri(PNG), reader)).status, 403)
  const after = await world.state()
  assert.deepEqual(after.get('projects'), before.get('projects'))
  assert.deepEqual(after.get('project_logos'), [])
})
