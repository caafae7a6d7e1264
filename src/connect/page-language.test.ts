/** The Connect page in the person's language: every page of it, the way through it, and what stays English for programs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectWorld, departure } from '../../test/connect-world.ts'
import { html } from '../platform/html.ts'
import { en } from './messages/en.ts'
import { languages } from './messages/languages.ts'
import { renderPage } from './page.ts'

const german = { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' }

test('every page is wholly in the language, and no place is left open', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  for (const { code, direction, signIn, keys, appList, errors } of languages) {
    const get = async (query: Record<string, string>) => {
      const answer = await world.page(token, { ...query, lang: code })
      assert.equal(answer.headers.get('content-language'), code)
      const text = await answer.text()
      assert.ok(text.includes(`<html lang="${code}" dir="${direction}">`))
      // Two texts of the script have a place that it fills in.
      const visible = text.replace(/ data-texts="[^"]*"/, '')
      assert.doesNotMatch(visible, /\{\w+\}/)
      return visible
    }
    assert.ok((await get({})).includes(appList.title))
    assert.ok((await get({ app: 'double' })).includes(signIn.heading))
    assert.ok((await get({ app: 'double_keys' })).includes(keys.stored.split('{')[0] ?? ''))
    assert.ok((await get({ app: 'unknown' })).includes(errors.app_unknown.cause))
  }
  const page = { status: 200, title: 'T', body: html`B`, framing: 'nobody' as const, data: {} }
  const arabic = renderPage(
    { ...page, messages: { ...en, code: 'ar', direction: 'rtl' } },
    { script: 's', style: 't' },
    'n',
    '',
  )
  assert.match(arabic, /<html lang="ar" dir="rtl">/)
})

test('the browser’s language is taken where no link names one, and the form carries a named one on', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const get = async (query: string, headers: Record<string, string>) =>
    (await world.request(`/_static/connect.html?token=${token}&app=double${query}`, { headers })).text()
  assert.match(await get('', german), /<html lang="de"/)
  assert.match(await get('&lang=fr', german), /<html lang="fr"/)
  assert.match(await get('&lang=fr', german), /<input type="hidden" name="lang" value="fr" \/>/)
  assert.doesNotMatch(await get('', german), /name="lang"/)
  assert.match(await get('&lang=xx', {}), /<html lang="en"/)

  const started = departure(await world.postForm('/connect/attempts', { token, app: 'double', lang: 'es' }))
  const back = await world.callback({ error: 'access_denied', state: started.state }, started.cookie)
  const result = await world.request(back.headers.get('location') ?? '', {
    headers: { cookie: started.cookie, ...german },
  })
  assert.match(await result.text(), /<html lang="es"[^]*El acceso se ha rechazado/)
  const nobody = await world.request('/connect/attempts/x/start', { headers: german })
  assert.match(await nobody.text(), /<html lang="de"[^]*Hier ist nichts/)
})

test('a form that comes back names its faults in the language; the API stays English', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  const own = { origin: new URL(world.url).origin, ...german }
  const form = { token, app: 'double_keys', 'field.api_key': 'k', 'field.subdomain': 'UPPER' }
  const text = await (await world.postForm('/connect/keys', form, own)).text()
  assert.match(text, /<html lang="de"[^]*Das hat nicht die richtige Form\./)
  assert.match(text, /value="UPPER"/, 'what was typed is still there')
  const json = await world.postJson(
    '/connect/keys',
    { token, app: 'double_keys', lang: 'de', values: { api_key: 'k', subdomain: 'UPPER' } },
    own,
  )
  assert.deepEqual(await json.json(), {
    error: 'At least one field is missing or does not have the right form.',
    code: 'field_invalid',
    details: {
      fields: { subdomain: 'This does not have the right form.' },
      faults: { subdomain: 'form' },
    },
  })
})

test('reconnecting names the account that is expected, and the end names the one that came', async (t) => {
  const world = await connectWorld(t)
  const keys = { app: 'double_keys', 'field.api_key': 'good-key' }
  const end = await world.postForm('/connect/keys', { token: await world.token(), ...keys })
  assert.match(
    await end.text(),
    /Your Double Keys account <strong>ada@double\.test<\/strong> is now connected/,
  )
  const [account] = await world.rows('accounts')
  const accountId = account?.id ?? ''
  const text = await (await world.page(await world.token(), { app: 'double_keys', accountId })).text()
  assert.match(text, /Reconnect your Double Keys account/)
  assert.match(text, /It was connected as <strong>ada@double\.test<\/strong>/)
})

test('the product’s own picture is shown, else its initials; the consent says who gets what', async (t) => {
  const world = await connectWorld(t)
  const token = await world.token()
  assert.match(await (await world.page(token)).text(), /src="data:image\/svg\+xml,[^"]*%3EMP%3C/)
  await world.app.db.write((tx) => tx.updateTable('projects').set({ logo_digest: 'abc123' }).execute())
  world.app.projects.forget(world.projectId)
  const text = await (await world.page(token)).text()
  assert.match(text, /src="\/_static\/logos\/abc123"/)
  assert.doesNotMatch(text, /data:image\/svg/)
  assert.match(text, /My project never sees your password/)
  assert.match(text, /My project needs all of them\.[^]*<code>read<\/code>[^]*<code>write<\/code>/)
  assert.doesNotMatch(text, /learns who you are/, 'read and write tell nobody’s name')
  const some = await (await world.page(await world.token({ allow_progressive_scopes: true }))).text()
  assert.match(some, /At Double you may leave some of them out\./)
  assert.doesNotMatch(some, /needs all of them/)
})
