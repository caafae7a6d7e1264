/** The generated documents: every route is described, nothing of this machine is in them, and drift is noticed. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { configurationDocument } from '../scripts/configuration-document.ts'
import { describedRoutes, openApiDocument, type Operation, operationOf } from '../scripts/openapi-document.ts'
import type { RoutePolicy } from '../src/access/route-policies.ts'
import { API_SCOPES } from '../src/access/scopes.ts'
import { settings } from '../src/settings.ts'

const root = join(import.meta.dirname, '..')
const document = await openApiDocument()
/** Sends no body by the contract, or one that only has to be there. */
const WITHOUT_BODY = [
  'POST /connect/attempts/:handle/start',
  'POST /sandbox/api/echo',
  'POST /v1/connect/:project_id/oauth_apps/:id/check',
  'POST /v1/connect/:project_id/webhook/regenerate_signing_key',
  'POST /v1/connect/:project_id/webhook/test',
  'POST /v1/connect/:project_id/webhook/deliveries/:id/replay',
]
/** Answered by every method but POST, to say that it has to be POST. */
const ONLY_POST = '/v1/oauth/:endpoint'

const successOf = ({ responses }: Operation) =>
  Object.entries(responses).filter(([status]) => Number(status) < 400)

for (const [route, policy] of describedRoutes) {
  test(`${route} is described: who may call it, what it takes, what it answers`, () => {
    const operation = operationOf(document, route)
    assert.deepEqual(operation.security, securityOf(policy))

    const path = [...route.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
    const named = operation.parameters?.filter((one) => one.in === 'path').map((one) => one.name)
    assert.deepEqual(named?.toSorted(), path.toSorted())
    const environment = operation.parameters?.some((one) => JSON.stringify(one).includes('Environment'))
    for (const one of operation.parameters ?? [])
      assert.ok('$ref' in one || typeof one.schema === 'object', `${one.name} has no schema`)
    assert.equal(environment, policy.tenant === 'project_environment')

    if (/^(POST|PUT|PATCH) /.test(route) && !WITHOUT_BODY.includes(route) && !route.endsWith(ONLY_POST)) {
      const bodies = Object.values(operation.requestBody?.content ?? {})
      assert.ok(bodies.length > 0, 'no request body')
      for (const body of bodies) assert.ok((body as { schema?: object }).schema, 'no schema of the body')
    }
    for (const [status, answer] of Object.entries(operation.responses)) {
      assert.ok(
        answer.description && answer.description !== 'Default Response',
        `${status} has no description`,
      )
      const isEmpty = ['204', '303'].includes(status) || route.endsWith('/oauth/revoke')
      const schemas = Object.values(answer.content ?? {}).map(({ schema }) => schema)
      assert.ok(
        schemas.every(Boolean) && schemas.length > 0 !== (isEmpty && Number(status) < 400),
        `${status}: no schema`,
      )
    }
    if (route.includes(' /v1/')) assert.ok(operation.responses['default'], 'no word about other failures')
    assert.ok(successOf(operation).length > 0 || route.endsWith(ONLY_POST), 'no answer of success')
  })
}

function securityOf({ callers, scopes = [] }: RoutePolicy) {
  const names = callers.filter((caller) => caller !== 'public')
  return names.flatMap((caller) => {
    const scheme = caller === 'api_client' ? 'accessToken' : 'connectToken'
    return scopes.length === 0 ? [{ [scheme]: [] }] : scopes.map((scope) => ({ [scheme]: [scope] }))
  })
}

test('nothing is described that is not served', () => {
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  )
  assert.deepEqual(described.toSorted(), describedRoutes.map(([route]) => route).toSorted())
})

test('the OpenAPI document names all scopes, refers only to what it has, and repeats no named schema', () => {
  assert.equal(document.openapi, '3.1.0')
  const text = JSON.stringify(document)
  for (const scope of API_SCOPES) assert.ok(text.includes(JSON.stringify(scope)), scope)
  const references = new Set(text.match(/"#\/components\/\w+\/\w+"/g))
  assert.ok(references.size > 5)
  for (const reference of references) {
    const [, , kind = '', name = ''] = JSON.parse(reference).split('/') as string[]
    assert.ok((document.components as unknown as Record<string, object>)[kind]?.[name as never], reference)
  }
  for (const [name, schema] of Object.entries(document.components.schemas))
    assert.equal(text.split(JSON.stringify(schema)).length, 2, `${name} is written out more than once`)
})

test('the documents are the same every time and hold nothing of this machine', async () => {
  const text = JSON.stringify(document)
  assert.equal(JSON.stringify(await openApiDocument()), text)
  assert.ok(Object.keys(document.paths).every((path, i, all) => i === 0 || path > all[i - 1]!))
  const ours = [root, tmpdir(), hostname(), `/${userInfo().username}/`]
  for (const [name, content] of [
    ['openapi', text],
    ['configuration', configurationDocument()],
  ] as const)
    for (const word of ours) assert.ok(!content.includes(word), `${name}: ${word}`)
  for (const address of text.match(/https?:\/\/[^"'` )]+/g) ?? [])
    assert.match(address, /^http:\/\/localhost:3000/, address)
})

test('the reference of settings has each one, its default and its file, and marks what is secret', () => {
  const sections = configurationDocument().split('\n## ').slice(1)
  assert.equal(sections.length, settings.length)
  for (const [i, { name, secret, description, default: value }] of settings.entries()) {
    const section = sections[i]!
    assert.ok(section.startsWith(`\`${name}\`\n`), name)
    assert.ok(section.includes(`\`${name}_FILE\``) && section.includes(description), name)
    assert.equal(section.includes('**secret**'), secret === true, name)
    if (value) assert.ok(section.includes(`\`${value}\``), name)
  }
})

async function copyOfDocs(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'docs-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await cp(join(root, 'docs'), join(folder, 'docs'), { recursive: true })
  return folder
}
const check = (folder: string) =>
  spawnSync(process.execPath, ['scripts/generate-docs.ts', '--check', folder], {
    cwd: root,
    encoding: 'utf8',
  })

test('--check passes on what is committed', async (t) => {
  const { status, stderr } = check(await copyOfDocs(t))
  assert.equal(stderr, '')
  assert.equal(status, 0)
})

test('--check names each document that drifted and the command that mends it, and mends nothing', async (t) => {
  const folder = await copyOfDocs(t)
  const changed = join(folder, 'docs/openapi.json')
  await writeFile(changed, (await readFile(changed, 'utf8')).replace('Headgate', 'Headgates'))
  await rm(join(folder, 'docs/configuration.md'))
  const { status, stderr } = check(folder)
  assert.equal(status, 1)
  for (const name of ['configuration.md', 'openapi.json'])
    assert.ok(stderr.includes(`docs/${name} is not up to date: npm run docs\n`), stderr)
  assert.ok((await readFile(changed, 'utf8')).includes('Headgates'))
})
