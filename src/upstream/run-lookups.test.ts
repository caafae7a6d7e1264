import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { ManualClock } from '../platform/clock.ts'
import { createEgress } from './egress.ts'
import { reply, serveLocally, type SeenRequest } from './local-server.ts'
import { LookupFailed, runLookups } from './run-lookups.ts'
import { oauthApp } from './sample-app.ts'

const clock = new ManualClock('2026-11-22T12:00:00Z')
const values = { customFields: {}, client: { id: 'id', secret: 's3cret' }, accessToken: 'at-1' }

interface Wish {
  lookup: Record<string, unknown>
  fields?: object[]
}

/** A provider whose answers are directed, and an app there with one look-up for the field `place`. */
async function world(
  t: TestContext,
  answer: (request: SeenRequest, response: ServerResponse) => void,
  { lookup, fields }: Wish,
) {
  const server = await serveLocally(t, answer)
  const egress = createEgress({ allow: [server.target] })
  t.after(() => egress.close())
  const app = oauthApp(
    server.origin,
    { lookups: [{ name: 'place', method: 'GET', url: `${server.origin}/places`, ...lookup }] },
    { custom_fields: fields ?? [{ name: 'place', label: 'Site', source: 'lookup' }] },
  )
  return { server, app, run: () => runLookups({ egress, clock }, app, values) }
}

const failsAs = (code: string) => (error: unknown) => {
  assert.ok(error instanceof LookupFailed, String(error))
  assert.equal(error.code, code)
  assert.doesNotMatch(JSON.stringify([error, error.message]) + String(error.stack), /at-1|s3cret/)
  return true
}

/** accessible-resources, as developer.atlassian.com shows it. */
const site = (id: string, url: string) => ({ id, name: url, url, scopes: ['read:jira-work'], avatarUrl: 'x' })
const jira = { list: '$', value: 'id', label: 'url', choose: 'single_or_ask' }

test('E1, jira, confluence: one site is taken, with the access token as bearer', async (t) => {
  const { server, run } = await world(
    t,
    ({ headers }, response) =>
      headers.authorization === 'Bearer at-1'
        ? reply(response, 200, [site('1324a887-45db', 'https://acme.atlassian.net')])
        : reply(response, 401, {}),
    { lookup: jira },
  )
  assert.deepEqual(await run(), { values: { place: '1324a887-45db' }, choices: [] })
  assert.equal(server.requests.length, 1)
})

test('E1, jira, confluence: one site that is listed for two products is no choice', async (t) => {
  const twice = site('1324a887-45db', 'https://acme.atlassian.net')
  const { run } = await world(
    t,
    (_request, response) =>
      reply(response, 200, [twice, { ...twice, scopes: ['read:confluence-content.all'] }]),
    { lookup: jira },
  )
  assert.deepEqual(await run(), { values: { place: '1324a887-45db' }, choices: [] })
})

test('E1, jira, confluence: several sites are the person’s to choose from', async (t) => {
  const { run } = await world(
    t,
    (_request, response) =>
      reply(response, 200, [site('a', 'https://a.atlassian.net'), site('b', 'https://b.atlassian.net')]),
    { lookup: jira },
  )
  assert.deepEqual(await run(), {
    values: {},
    choices: [
      {
        name: 'place',
        label: 'Site',
        options: [
          { value: 'a', label: 'https://a.atlassian.net', also: {} },
          { value: 'b', label: 'https://b.atlassian.net', also: {} },
        ],
      },
    ],
  })
})

test('E1, jira, xero_accounting_api: no site at all is said, unless the field may stay empty', async (t) => {
  const empty = (_request: SeenRequest, response: ServerResponse) => reply(response, 200, [])
  const { run } = await world(t, empty, { lookup: jira })
  await assert.rejects(run(), failsAs('nothing_to_choose'))
  const optional = await world(t, empty, {
    lookup: jira,
    fields: [{ name: 'place', source: 'lookup', required: false }],
  })
  assert.deepEqual(await optional.run(), { values: {}, choices: [] })
})

/** userinfo, as developers.docusign.com shows it. */
const docusign = {
  list: 'accounts',
  value: 'base_uri',
  also: { account_id: 'account_id' },
  prefer: { field: 'is_default', equals: true },
  choose: 'default_or_ask',
}
const docusignFields = [
  { name: 'place', source: 'lookup', pattern: 'https://[a-z0-9-]+\\.docusign\\.net' },
  { name: 'account_id', source: 'lookup' },
]
const account = (id: string, isDefault: boolean, host = 'demo') => ({
  account_id: id,
  is_default: isDefault,
  account_name: id,
  base_uri: `https://${host}.docusign.net`,
})

test('E1, docusign: the default account, with what comes with it', async (t) => {
  const { run } = await world(
    t,
    (_request, response) =>
      reply(response, 200, { sub: 'x', accounts: [account('one', false), account('two', true, 'na3')] }),
    { lookup: docusign, fields: docusignFields },
  )
  assert.deepEqual(await run(), {
    values: { place: 'https://na3.docusign.net', account_id: 'two' },
    choices: [],
  })
})

test('E1, docusign: without a default among several the person chooses', async (t) => {
  const { run } = await world(
    t,
    (_request, response) =>
      reply(response, 200, { accounts: [account('one', false), account('two', false)] }),
    { lookup: docusign, fields: docusignFields },
  )
  const { values: found, choices } = await run()
  assert.deepEqual(found, {})
  assert.deepEqual(choices[0]?.options[1], {
    value: 'https://demo.docusign.net',
    label: 'https://demo.docusign.net',
    also: { account_id: 'two' },
  })
})

test('E1, docusign: a host that is not the provider’s own is refused, whoever says it', async (t) => {
  const hostile = { ...account('one', true), base_uri: 'https://evil.example' }
  const { run } = await world(t, (_request, response) => reply(response, 200, { accounts: [hostile] }), {
    lookup: docusign,
    fields: docusignFields,
  })
  await assert.rejects(run(), failsAs('lookup_failed'))
})

test('E1, H2, mailchimp: the whole answer is the one entry, and the look-up has a scheme of its own', async (t) => {
  const { run } = await world(
    t,
    ({ headers }, response) =>
      headers.authorization === 'OAuth at-1'
        ? reply(response, 200, { dc: 'us19', role: 'owner', user_id: 1, accountname: 'Acme' })
        : reply(response, 401, {}),
    {
      lookup: { value: 'dc', auth: 'none', headers: { Authorization: 'OAuth {{access_token}}' } },
      fields: [{ name: 'place', source: 'lookup', pattern: '[a-z]{2}[0-9]+' }],
    },
  )
  assert.deepEqual(await run(), { values: { place: 'us19' }, choices: [] })
})

test('E1: the first is taken where the app says so, and entries without a value are none', async (t) => {
  const { run } = await world(
    t,
    (_request, response) => reply(response, 200, { items: [{ id: null }, {}, { id: 7 }, { id: 8 }] }),
    { lookup: { list: 'items', value: 'id', choose: 'first' } },
  )
  assert.deepEqual(await run(), { values: { place: '7' }, choices: [] })
})

test('E1, E2: a GraphQL error in a 200 is a failure', async (t) => {
  const { run } = await world(
    t,
    (_request, response) => reply(response, 200, { data: null, errors: [{ message: 'no' }] }),
    { lookup: { list: 'data.items', value: 'id' } },
  )
  await assert.rejects(run(), failsAs('lookup_failed'))
})

test('E1: a refusal, an outage and nonsense are told apart', async (t) => {
  const failures: [string, number, unknown][] = [
    ['lookup_refused', 401, {}],
    ['lookup_refused', 403, { message: 'scope' }],
    ['upstream_unreachable', 503, {}],
    ['upstream_unreachable', 429, {}],
    ['lookup_failed', 404, {}],
    ['lookup_failed', 302, {}],
    ['lookup_failed', 200, '<html>'],
    ['lookup_failed', 200, { places: 'none' }],
  ]
  for (const [code, status, body] of failures) {
    const { run } = await world(t, (_request, response) => reply(response, status, body), {
      lookup: { list: 'places', value: 'id' },
    })
    await assert.rejects(run(), failsAs(code), `${status} ${JSON.stringify(body)}`)
  }
})

test('E1: a later look-up knows what an earlier one took', async (t) => {
  const server = await serveLocally(t, ({ path }, response) =>
    reply(response, 200, path === '/teams' ? { id: 'team 1' } : { id: path }),
  )
  const egress = createEgress({ allow: [server.target] })
  t.after(() => egress.close())
  const app = oauthApp(
    server.origin,
    {
      lookups: [
        { name: 'team', method: 'GET', url: `${server.origin}/teams`, value: 'id' },
        {
          name: 'place',
          method: 'GET',
          url: `${server.origin}/teams/{{custom_fields.team}}`,
          value: 'id',
        },
      ],
    },
    {
      custom_fields: [
        { name: 'team', source: 'lookup' },
        { name: 'place', source: 'lookup' },
      ],
    },
  )
  assert.deepEqual((await runLookups({ egress, clock }, app, values)).values, {
    team: 'team 1',
    place: '/teams/team%201',
  })
})

test('E1: a definition whose later look-up needs what a person has still to choose is refused', () => {
  const lookup = { method: 'GET', value: 'id' }
  assert.throws(
    () =>
      oauthApp(
        'http://127.0.0.1:1',
        {
          lookups: [
            { ...lookup, name: 'team', url: 'http://127.0.0.1:1/teams', choose: 'single_or_ask' },
            { ...lookup, name: 'place', url: 'http://127.0.0.1:1/{{custom_fields.team}}' },
          ],
        },
        {
          custom_fields: [
            { name: 'team', source: 'lookup' },
            { name: 'place', source: 'lookup' },
          ],
        },
      ),
    /an earlier look-up may leave to the person/,
  )
})
