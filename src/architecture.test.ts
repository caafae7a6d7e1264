/** Owns the house plan: which room may import which. The rules themselves are in test/house-rules.ts. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path/posix'
import { test } from 'node:test'
import { findCycle, houseRules, isRoom } from '../test/house-rules.ts'
import type { HousePlan } from '../test/house-rules.ts'
import { sourceFile } from '../test/source-file.ts'

const foundations = ['platform', 'db', 'access', 'upstream']
// The shape of what an operation is handed, never a way to get it.
const shapes = ['app.ts:type', 'config.ts:type']
const feature = (...others: string[]) => [...foundations, 'audit', ...others, ...shapes]

/** Room -> what it may import; `:type` means by `import type` only. A new edge is a decision: add it here, in the commit that needs it. */
const rooms: HousePlan = {
  platform: [],
  db: ['platform', ...shapes],
  access: ['platform', 'db:type', ...shapes],
  upstream: ['platform', ...shapes],
  audit: ['platform', 'db', ...shapes],
  sandbox: ['platform', 'db', 'access', ...shapes],
  workspace: feature(),
  projects: feature('workspace'),
  webhooks: feature('projects', 'connect-tokens'),
  events: feature('projects', 'webhooks'),
  'api-clients': feature('projects'),
  apps: feature(),
  'oauth-apps': feature('projects', 'apps'),
  'external-users': feature('projects'),
  'app-overrides': feature('projects', 'apps', 'oauth-apps'),
  'connect-tokens': feature('projects', 'apps', 'app-overrides', 'oauth-apps', 'external-users'),
  revocations: feature('projects', 'apps', 'oauth-apps'),
  accounts: feature('apps', 'oauth-apps', 'external-users', 'connect-tokens', 'events', 'revocations'),
  connect: feature(
    'projects',
    'accounts',
    'apps',
    'app-overrides',
    'oauth-apps',
    'external-users',
    'connect-tokens',
    'events',
  ),
}
const everyRoom = Object.keys(rooms)

/** The rooms, the three doors and the files that stand beside them. */
const housePlan: HousePlan = {
  ...rooms,
  http: [...everyRoom, 'app.ts', 'config.ts'],
  bootstrap: [...everyRoom, 'http', 'app.ts', 'config.ts'],
  cli: [...everyRoom, 'http', 'bootstrap', 'app.ts', 'config.ts'],
  'settings.ts': ['platform'],
  'config.ts': ['platform', 'settings.ts'],
  'app.ts': [...everyRoom.map((room) => `${room}:type`), 'config.ts:type'],
  'cli.ts': ['platform', 'cli'],
  'create-test-server.ts': [...everyRoom, 'bootstrap', 'app.ts', 'config.ts'],
}

const root = join(import.meta.dirname, '..')
const house = ['src', 'web'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !/(?:^|\/)(?:dist|node_modules)\//.test(path))
    .map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8'))),
)

const rules = houseRules(housePlan)

for (const rule of rules) {
  test(rule.name, () => {
    const broken = rule.find(house)
    assert.equal(broken.length, 0, `\n${broken.join('\n')}\n`)
  })
}

const withoutType = (edge: string) => edge.replace(/:type$/, '')

test('the house plan itself has no circle and names only rooms it knows', () => {
  const graph = Object.entries(rooms).map(
    ([room, edges]) => [room, edges.map(withoutType).filter(isRoom)] as const,
  )
  assert.equal(findCycle(new Map(graph)), undefined)
  for (const edge of Object.values(housePlan).flat())
    assert.ok(housePlan[withoutType(edge)], `${edge} is not in the plan`)
})

// The rules must be able to fail. Each entry is a small house with one thing wrong; the rule of that name has to see it.
const opening = '/** Owns a fixture. */\n'
const ways: Record<string, Record<string, string>[]> = {
  'every room and every file beside the rooms is in the house plan': [
    { 'src/billing/invoice.ts': '' },
    { 'src/server.ts': '' },
  ],
  'a room imports another only along an edge of the house plan': [
    { 'src/projects/a.ts': `import { b } from '../accounts/b.ts'` },
    { 'src/projects/a.ts': `import type { B } from '../accounts/b.ts'` },
    { 'src/projects/a.ts': `export { b } from '../accounts/b.ts'` },
    { 'src/projects/a.ts': `import {\n  b,\n  c,\n} from '../accounts/b.ts'` },
    { 'src/projects/a.ts': `import '../accounts/b.ts'` },
    { 'src/projects/a.ts': `const b = await import('../accounts/b.ts')` },
    { 'src/platform/crypto/a.ts': `import { db } from '../../db/open.ts'` },
    { 'src/platform/a.ts': `import type { App } from '../app.ts'` },
    { 'src/accounts/a.ts': `import { app } from '../app.ts'` },
    { 'src/accounts/a.ts': `import { config } from '../config.ts'` },
    { 'src/access/a.ts': `import { openDb } from '../db/open.ts'` },
    { 'src/app.ts': `import { openDb } from './db/open.ts'` },
    { 'src/accounts/routes.ts': `import { http } from '../http/http.ts'` },
    { 'src/accounts/list.ts': `import type { Http } from '../http/http.ts'` },
    { 'src/accounts/a.ts': `import type { main } from '../main.ts'` },
    { 'src/http/a.ts': `import { serve } from '../cli/serve.ts'` },
    { 'src/accounts/a.ts': `import { fake } from '../../test/fake.ts'` },
  ],
  'rooms do not import each other in a circle': [
    {
      'src/accounts/a.ts': `import { b } from '../apps/b.ts'`,
      'src/apps/b.ts': `import { c } from '../oauth-apps/c.ts'`,
      'src/oauth-apps/c.ts': `import type { A } from '../accounts/a.ts'`,
    },
  ],
  'store.ts is private to its room': [
    { 'src/accounts/a.ts': `import { findApp } from '../apps/store.ts'` },
    { 'src/http/a.ts': `import type { Row } from '../apps/store.ts'` },
  ],
  'routes.ts is imported only by http/': [
    { 'src/accounts/a.ts': `import { routes } from './routes.ts'` },
    { 'src/main.ts': `import { routes } from './accounts/routes.ts'` },
  ],
  'kysely stays in store.ts and db/': [
    { 'src/accounts/a.ts': `import { sql } from 'kysely'` },
    { 'src/accounts/routes.ts': `import type { Kysely } from 'kysely'` },
  ],
  'fastify stays in routes.ts and http/': [
    { 'src/accounts/a.ts': `import type { FastifyRequest } from 'fastify'` },
    { 'src/main.ts': `import fastify from 'fastify'` },
    { 'src/accounts/a.ts': `import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'` },
  ],
  'cryptography stays in platform/crypto/': [
    { 'src/accounts/a.ts': `import { randomBytes } from 'node:crypto'` },
    { 'src/platform/a.ts': `import * as c from 'crypto'` },
    { 'src/accounts/a.ts': `const id = crypto.randomUUID()` },
  ],
  'the network stays in upstream/': [
    { 'src/accounts/a.ts': `import { request } from 'undici'` },
    { 'src/http/a.ts': `const answer = await fetch('https://a.test')` },
    { 'src/accounts/a.ts': `const get = globalThis.fetch` },
  ],
  'process.env stays in config.ts': [
    { 'src/main.ts': `const port = process.env.PORT` },
    { 'src/accounts/a.ts': 'const where = `at ${process.env.HOST}`' },
  ],
  'the time stays in platform/clock.ts': [
    { 'src/accounts/a.ts': `const now = Date.now()` },
    { 'src/accounts/a.ts': `const now = new Date()` },
    { 'src/accounts/a.ts': `const now = new Date` },
    { 'src/accounts/a.ts': `const later = every.map(Date.now)` },
  ],
  'no drawers': [
    { 'src/accounts/utils.ts': '' },
    { 'src/accounts/types.ts': '' },
    { 'src/accounts/helpers/a.ts': '' },
    { 'src/accounts/index.ts': '' },
  ],
  'no default exports': [
    { 'src/accounts/a.ts': `export default function a() {}` },
    { 'src/accounts/a.ts': `const a = 1\nexport { a as default }` },
    { 'web/connect/a.ts': `export default 1` },
  ],
  'no file is longer than 300 lines': [{ 'src/accounts/a.ts': '\n'.repeat(300) }],
  'web/ takes only types, and only from contract.ts': [
    { 'web/connect/a.ts': `import { Account } from '../../src/accounts/contract.ts'` },
    { 'web/connect/a.ts': `import type { Row } from '../../src/accounts/store.ts'` },
  ],
}
const broken = (files: Record<string, string>, start = opening) => {
  const parsed = Object.entries(files).map(([path, text]) => sourceFile(path, start + text + '\n'))
  return rules.filter((rule) => rule.find(parsed).length > 0).map((rule) => rule.name)
}

test('each rule finds each way of breaking it', () => {
  for (const [name, houses] of Object.entries(ways))
    for (const files of houses)
      assert.ok(broken(files).includes(name), `"${name}" overlooks ${JSON.stringify(files)}`)
  const opens = 'a file opens with one line that says what it owns'
  assert.deepEqual(broken({ 'src/accounts/a.ts': 'export const a = 1' }, ''), [opens])
  assert.deepEqual([...Object.keys(ways), opens].toSorted(), rules.map((rule) => rule.name).toSorted())
})

test('the rules leave a tidy house alone', () => {
  const tidy = {
    'src/cli.ts': `import { serve } from './cli/serve.ts'`,
    'src/app.ts': `import type { Journal } from './accounts/journal.ts'`,
    'src/access/caller.ts': `import type { Tables } from '../db/tables.ts'`,
    'src/config.ts': `import { Secret } from './platform/secret.ts'\nexport const port = process.env.PORT`,
    'src/http/server.ts': `import fastify from 'fastify'\nimport { routes } from '../accounts/routes.ts'`,
    'src/platform/clock.ts': `export const now = () => Date.now()`,
    'src/platform/crypto/digest.ts': `import { hash } from 'node:crypto'`,
    'src/upstream/call.ts': `import { request } from 'undici'\nexport const get = () => fetch('https://a.test')`,
    'src/accounts/store.ts': `import { sql } from 'kysely'`,
    'src/accounts/routes.ts': `import type { Http } from '../http/http.ts'\nimport Ajv from 'ajv/dist/2020.js'`,
    'src/accounts/list.test.ts': `import { rows } from '../apps/store.ts'\nconst now = Date.now()`,
    'src/accounts/list.ts': [
      `import { rows } from './store.ts'`,
      `import { append } from '../audit/append.ts'`,
      `// import { x } from '../connect/x.ts' and fetch(x) at Date.now()`,
      'const sample = `',
      `import { Client } from 'undici'`,
      'process.env.CLIENT`',
      `const said = 'new Date() or crypto.subtle', quote = /['"\`/]/`,
      `const at = new Date(0), got = upstream.fetch(said), id = row.crypto.id`,
    ].join('\n'),
    'src/db/migrations/0001_initial.ts': '\n'.repeat(400),
    'web/connect/page.ts': `import type { Account } from '../../src/accounts/contract.ts'\nfetch('/v1')`,
  }
  assert.deepEqual(broken(tidy), [])
})
