/** The Connect page as a browser gets it: headers, refusals, and what of others' words may appear on it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld } from '../../test/connect-world.ts'

const directives = (answer: Response) =>
  Object.fromEntries(
    (answer.headers.get('content-security-policy') ?? '').split('; ').map((part) => {
      const [name = '', ...values] = part.split(' ')
      return [name, values.join(' ')]
    }),
  )

test('G6-111, G6-113: headers of the page', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token({ allowed_origins: ['https://app.test', 'http://localhost:8080'] })
  for (const query of [{}, { app: 'double' }, { app: 'double_keys' }]) {
    const answer = await world.page(token, query)
    assert.equal(answer.status, 200)
    const policy = directives(answer)
    const text = await answer.text()
    const nonce = /^'nonce-([0-9a-f]{32})'$/.exec(policy['script-src'] ?? '')?.[1]
    assert.ok(nonce && text.includes(`<script defer nonce="${nonce}" src="/_static/assets/`))
    assert.equal(policy['default-src'], "'none'")
    assert.equal(policy['object-src'], "'none'")
    assert.equal(policy['base-uri'], "'none'")
    assert.equal(policy['style-src'], "'self'")
    assert.match(policy['form-action'] ?? '', /^'self'/)
    assert.equal(policy['frame-ancestors'], 'https://app.test http://localhost:8080')
    assert.doesNotMatch(answer.headers.get('content-security-policy') ?? '', /unsafe|\*/)
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.equal(answer.headers.get('x-frame-options'), null)
    assert.equal(answer.headers.get('set-cookie'), null)
    assert.equal(text.split(/<script/).length, 2, 'one script, and that by address')
  }
  const keys = directives(await world.page(token, { app: 'double_keys' }))
  assert.equal(keys['form-action'], "'self'", 'the form with keys leads nowhere else')
  const again = directives(await world.page(token))
  assert.notEqual(again['script-src'], keys['script-src'], 'a nonce serves once')
})

test('G6-112: without origins the page may be framed, unless the project requires them', async (t) => {
  const world = await connectWorld(t)
  for (const token of [await world.token(), await world.token({ allowed_origins: [] })]) {
    assert.equal('frame-ancestors' in directives(await world.page(token)), false)
  }
  const token = await world.token()
  await world.app.db.write((tx) =>
    tx
      .updateTable('projects')
      .set({ allowed_origins_required_at: 1 })
      .where('id', '=', world.projectId)
      .execute(),
  )
  world.app.projects.forget(world.projectId)
  const strict = await world.page(token)
  assert.equal(strict.status, 200)
  assert.equal(directives(strict)['frame-ancestors'], "'none'")
  assert.equal(strict.headers.get('x-frame-options'), null)
})

test('G6-115: bad tokens get plain words, no data of a project, and no redirect', async (t) => {
  const world = await connectWorld(t)
  await world.app.db.write((tx) =>
    tx.updateTable('projects').set({ app_name: 'Zebra Shop', support_email: 'help@zebra.test' }).execute(),
  )
  const used = await world.token({ success_redirect_uri: 'https://app.test/done' })
  await world.app.db.write((tx) => tx.updateTable('connect_tokens').set({ consumed_at: 1 }).execute())
  const expired = await world.token({ expires_in: 1, error_redirect_uri: 'https://app.test/error' })
  world.clock.advance(1000)
  const before = JSON.stringify(await world.rows('connect_tokens'))
  const bad = {
    [used]: 'token_used',
    [expired]: 'token_expired',
    [`ctok_${'0'.repeat(32)}`]: 'token_invalid',
    'ctok_<script>alert(1)</script>': 'token_invalid',
    '': 'token_missing',
  }
  for (const [token, code] of Object.entries(bad)) {
    const answer = await world.page(token)
    assert.equal(answer.status, 403, code)
    assert.equal(answer.headers.get('location'), null)
    // The one thing that a link tells when its time is over: where the developer hands out another.
    const newLink = 'href="https://app.test/error?error=token_expired">Get a new link</a>'
    const whole = await answer.text()
    assert.equal(whole.includes(newLink), code === 'token_expired')
    const text = whole.replace(newLink, '')
    assert.ok(text.includes(`<code>${code}</code>`), code)
    assert.doesNotMatch(text, /Zebra|zebra|app\.test|refresh|<script>alert/)
    const post = await world.postForm('/connect/attempts', { token, app: 'double' })
    assert.equal(post.status, 403)
    assert.equal(post.headers.get('location'), null)
  }
  const twice = await world.request(`/_static/connect.html?token=${expired}&token=${used}&app=double`)
  assert.equal(twice.status, 400)
  assert.equal(JSON.stringify(await world.rows('connect_tokens')), before)
  assert.equal((await world.rows('connect_attempts')).length, 0)
})

test('G6-116, G6-126: what others wrote appears as text, short, and the page names project and app', async (t) => {
  const world = await connectWorld(t)
  const nasty = '"><img src=x onerror=alert(1)>'
  await world.app.db.write((tx) =>
    tx
      .updateTable('projects')
      .set({ app_name: `Zebra ${nasty}`, support_email: `a@b.test${nasty}` })
      .execute(),
  )
  world.app.projects.forget(world.projectId)
  const token = await world.token({ external_user_id: `<b>${nasty}` })
  const fields = {
    oauthAppId: nasty,
    accountId: nasty,
    oauthScopeProfile: nasty,
    hideClose: nasty,
    connectLink: nasty,
  }
  for (const query of [
    { app: 'double' },
    { app: 'double_keys' },
    { app: nasty },
    { app: 'double', ...fields },
  ]) {
    const text = await (await world.page(token, query)).text()
    assert.doesNotMatch(text, /<img src=x|<b>|onerror=alert\(1\)>/)
  }
  const named = await (await world.page(token)).text()
  assert.match(named, /Zebra &quot;&gt;&lt;img/)
  assert.match(named, /asks to connect your Double account/)
  assert.match(named, /Continue to Double/)

  await world.app.db.write((tx) =>
    tx
      .updateTable('projects')
      .set({ app_name: `Pay\u202Eme\n${'at evil.test '.repeat(100)}` })
      .execute(),
  )
  world.app.projects.forget(world.projectId)
  const long = await (await world.page(token)).text()
  const name = /<strong>(.*?)<\/strong> asks/s.exec(long)?.[1] ?? ''
  assert.ok(name.length > 0 && name.length <= 61, `${name.length} characters`)
  assert.doesNotMatch(name, /[\u202e\n]/)
})

test('G6-117: the app must be known, and the OAuth app of this project and this app', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const refused = async (query: Record<string, string>, status: number, code: string, with_ = token) => {
    const answer = await world.page(with_, query)
    assert.equal(answer.status, status, code)
    assert.ok((await answer.text()).includes(`<code>${code}</code>`), code)
    const post = await world.postForm('/connect/attempts', { token: with_, ...query })
    assert.equal(post.status, status, code)
    const json = await world.postJson('/connect/attempts', { token: with_, ...query })
    assert.equal(json.status, status, code)
    assert.equal(((await json.json()) as { code: string }).code, code)
  }
  await refused({ app: 'unknown' }, 404, 'app_unknown')
  await refused({ app: 'double', oauthAppId: 'oa_0000000000000000' }, 404, 'oauth_app_unknown')
  await refused({ app: 'github' }, 400, 'oauth_app_missing')
  await refused({ app: 'github', oauthAppId: world.oauthAppId }, 404, 'oauth_app_unknown')

  const { id } = (await world.rows('workspaces'))[0]!
  await world.app.db.write((tx) =>
    tx
      .insertInto('projects')
      .values({
        id: 'proj_other',
        workspace_id: id,
        name: 'Other',
        app_name: null,
        support_email: null,
        allowed_origins_required_at: null,
        created_at: 1,
        updated_at: 1,
      })
      .execute(),
  )
  const mine = (await world.rows('oauth_apps')).find((row) => row.id === world.oauthAppId)!
  await world.app.db.write((tx) =>
    tx
      .insertInto('oauth_apps')
      .values({ ...mine, id: 'oa_foreign', project_id: 'proj_other' })
      .execute(),
  )
  await refused({ app: 'double', oauthAppId: 'oa_foreign' }, 404, 'oauth_app_unknown')

  // What the token is bound to wins, and a request that says otherwise is not bent to it.
  const bound = await world.token({ app_id: 'double_keys' })
  await refused({ app: 'double' }, 400, 'app_mismatch', bound)
  assert.equal((await world.page(bound, {})).status, 200)
  const boundToOAuthApp = await world.token({ oauth_app_id: world.oauthAppId })
  await refused({ app: 'double', oauthAppId: 'oa_foreign' }, 400, 'app_mismatch', boundToOAuthApp)
  await refused({ app: 'double_keys' }, 400, 'app_mismatch', boundToOAuthApp)
  assert.equal(world.provider.requests.length, 0)
  assert.equal((await world.rows('connect_attempts')).length, 0)
})

test('G6-120: reconnecting somebody else’s account is the same as an unknown one', async (t) => {
  const world = await connectWorld(t)
  const connect = async (user: string, members: Record<string, string>) => {
    const token = await world.token({ external_user_id: user })
    return world.postJson('/connect/keys', {
      token,
      app: 'double_keys',
      values: { api_key: 'good-key' },
      ...members,
    })
  }
  const { account_id: theirs } = (await (await connect('u2', {})).json()) as { account_id: string }
  const before = JSON.stringify([await world.rows('accounts'), await world.rows('credentials')])
  const token = await world.token()
  const shown = async (accountId: string) => {
    const answer = await world.page(token, { app: 'double_keys', accountId })
    return [answer.status, (await answer.text()).replace(/nonce[-="]+[0-9a-f]{32}/g, '')]
  }
  assert.deepEqual(await shown(theirs), await shown('apn_0000000000000000'))
  assert.equal((await shown(theirs))[0], 404)
  const posted = await connect('u1', { accountId: theirs })
  assert.equal(posted.status, 404)
  assert.equal(JSON.stringify([await world.rows('accounts'), await world.rows('credentials')]), before)
  // Of the same person, but another app.
  assert.equal(
    (await world.page(await world.token({ external_user_id: 'u2' }), { app: 'double', accountId: theirs }))
      .status,
    404,
  )
})

test('a link without an app offers those that can be connected', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const text = await (await world.page(token, {})).text()
  assert.match(text, /app=double&amp;token=ctok_/)
  assert.match(text, /app=double_keys&amp;/)
  assert.match(text, /app=openai&amp;/)
  assert.doesNotMatch(text, /app=github/, 'no OAuth app is registered for it')
  await world.app.db.write((tx) => tx.updateTable('oauth_apps').set({ client_secret: 'broken' }).execute())
  assert.equal((await world.page(token, {})).status, 200, 'no secret is opened for a list')
})

test('a link without an app that names what is of one app leads to that app', async (t) => {
  const world = await connectWorld(t)
  const keys = { token: await world.token(), app: 'double_keys', values: { api_key: 'good-key' } }
  const made = await world.postJson('/connect/keys', keys)
  const { account_id: accountId } = (await made.json()) as { account_id: string }
  const token = await world.token()
  const again = await (await world.page(token, { accountId })).text()
  assert.match(again, /Reconnect your Double Keys account/)
  assert.match(again, new RegExp(`name="accountId" value="${accountId}"`))
  assert.match(
    await (await world.page(token, { oauthAppId: world.oauthAppId })).text(),
    /Connect your Double account/,
  )
  assert.equal((await world.page(token, { accountId: 'apn_0000000000000000' })).status, 404)
  assert.equal((await world.page(token, { oauthAppId: 'oa_unknown' })).status, 404)
  // The list hands on what goes with any app.
  const list = await (await world.page(token, { customOauthClient: 'true' })).text()
  assert.match(list, /app=github&amp;[^"]*customOauthClient=true/)
})

test('G6-114, G1-7: assets are served by exact name, for good, and nothing else is', async (t) => {
  const world = await connectWorld(t)
  const text = await (await world.page(await world.token())).text()
  const files = [...text.matchAll(/\/_static\/assets\/[\w.-]+/g)].map(([path]) => path)
  assert.equal(files.length, 2)
  for (const file of files) {
    const answer = await world.request(file)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.match(answer.headers.get('content-type') ?? '', /^text\/(javascript|css)/)
  }
  for (const path of [
    'manifest.json',
    '..%2f..%2fpackage.json',
    '%2e%2e%2fmanifest.json',
    '__proto__',
    'connect.js',
  ])
    assert.equal((await world.request(`/_static/assets/${path}`)).status, 404, path)
})

test('one link is not tried without end, and others are not held up by it', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const statuses = new Map<number, number>()
  for (let i = 0; i < 125; i += 1) {
    const { status } = await world.postJson('/connect/attempts', { token, app: 'double' })
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  assert.deepEqual(Object.fromEntries(statuses), { 200: 120, 429: 5 })
  const other = await world.postJson('/connect/attempts', { token: await world.token(), app: 'double' })
  assert.equal(other.status, 200)
  world.clock.advance(61_000)
  assert.equal((await world.postJson('/connect/attempts', { token, app: 'double' })).status, 200)
})
