/** Proves the catalogue we ship: every file loads, and every template of it resolves with plausible values. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { templatesOf } from '../upstream/definition-templates.ts'
import { fieldValues } from '../upstream/field-values.ts'
import { hostPatterns } from '../upstream/host-patterns.ts'
import { renderUrl } from '../upstream/render-url.ts'
import { renderTemplate, templateNames } from '../upstream/template.ts'
import type { CatalogApp } from './catalog.ts'
import { loadCatalog } from './catalog.ts'

const root = join(import.meta.dirname, '../..')
const builtInDir = join(root, 'catalog/apps')
const { catalog } = await loadCatalog({ builtInDir })

/** One plausible value per field that has a pattern; a new pattern needs a line here. */
const samples: Record<string, string> = {
  'salesforce_rest_api.login_host': 'acme.my.salesforce.com',
  'salesforce_rest_api.instance_url': 'https://acme.my.salesforce.com',
  'shopify.shop_id': 'acme-store',
  'twilio.accountSid': `AC${'0'.repeat(32)}`,
  'telegram_bot_api.token': '123456:ABC-def_1',
}
/** What somebody would type to send credentials elsewhere. */
const hostile = [
  'evil.com/',
  'a@b',
  '127.0.0.1#',
  'evil.com',
  'https://evil.com',
  'x.evil.com?',
  '',
  'acme\n',
  '169.254.169.254',
]

function sampleContext(app: CatalogApp) {
  const given = Object.fromEntries(
    app.custom_fields.map((field) => {
      const sample = samples[`${app.name_slug}.${field.name}`] ?? field.options?.[0]
      assert.ok(
        sample !== undefined || field.pattern === undefined,
        `${app.name_slug}.${field.name} needs a sample`,
      )
      return [field.name, sample ?? 'sample']
    }),
  )
  const anything = (prefix: string) =>
    templatesOf(app)
      .flatMap(({ text }) => templateNames(text))
      .filter((name) => name.startsWith(`${prefix}.`))
      .reduce(
        (tree, name) => {
          const keys = name.split('.').slice(1)
          const last = keys.pop()!
          const leaf = keys.reduce<Record<string, unknown>>(
            (at, key) => (at[key] ??= {}) as Record<string, unknown>,
            tree,
          )
          leaf[last] = 'sample'
          return tree
        },
        {} as Record<string, unknown>,
      )
  return {
    ...fieldValues(app, given),
    access_token: 'access',
    refresh_token: 'refresh',
    client_id: 'client',
    client_secret: 'secret',
    scopes: 'a b',
    server: { user_agent: 'headgate' },
    answer: anything('answer'),
    token: anything('token'),
    id_token: anything('id_token'),
    stored: anything('stored'),
    callback: anything('callback'),
  }
}

test('there is an app for every file, and the first dozen is there', async () => {
  const files = (await readdir(builtInDir)).filter((name) => !name.startsWith('_'))
  assert.deepEqual(
    catalog.list().map((app) => `${app.name_slug}.yaml`),
    files.toSorted(),
  )
  assert.ok(files.length >= 12)
  assert.equal(catalog.find('slack'), catalog.find('slack_v2'))
})

for (const app of catalog.list()) {
  test(`${app.name_slug}: every template resolves, every URL is https and within the allowed domains`, () => {
    const context = sampleContext(app)
    const options = { hostPatterns: hostPatterns(app) }
    const domains = app.proxy.allowed_domains.map((domain) => renderTemplate(domain, context)!)
    for (const { path, text, isUrl } of templatesOf(app)) {
      if (!isUrl) {
        assert.ok(renderTemplate(text, context) !== undefined, path)
        continue
      }
      const url = renderUrl(text, context, options)
      assert.match(url, /^(?:https:\/\/|\/)/, path)
      if (path !== '$.proxy.base_url') continue
      const { hostname } = new URL(url)
      assert.ok(
        domains.some((domain) =>
          domain.startsWith('*.') ? hostname.endsWith(domain.slice(1)) : domain === hostname,
        ),
        `${hostname} is not among ${domains.join(', ')}`,
      )
    }
  })

  test(`${app.name_slug}: no value of a field sends a request to another host`, () => {
    const context = sampleContext(app)
    const options = { hostPatterns: hostPatterns(app) }
    for (const { text } of templatesOf(app).filter(({ isUrl }) => isUrl)) {
      const honest = renderUrl(text, context, options)
      const owner = (url: string) =>
        new URL(url, 'https://relative.example').hostname.split('.').slice(-2).join('.')
      for (const field of app.custom_fields)
        for (const value of hostile) {
          const attacked = { ...context, custom_fields: { ...context.custom_fields, [field.name]: value } }
          let url: string
          try {
            url = renderUrl(text, attacked, options)
          } catch {
            // Refused: nothing leaves.
            continue
          }
          assert.equal(owner(url), owner(honest), `${field.name}=${value} in ${text}`)
        }
    }
  })

  test(`${app.name_slug}: what we know is said with its source`, () => {
    const { sources, checked_on, checked_fields, unverified } = app.evidence
    assert.ok(sources.length > 0 && checked_fields.length > 0 && unverified.length > 0)
    if (checked_on) assert.ok(!Number.isNaN(Date.parse(checked_on)))
    assert.ok(app.rank !== undefined && app.docs_url !== undefined && app.categories.length > 0)
    assert.ok(app.test_request, 'an account must be testable')
  })
}

test('the published schema is up to date', async () => {
  await promisify(execFile)(process.execPath, [join(root, 'scripts/generate-app-schema.ts'), '--check'])
})

test('every file keeps to the published schema, and a misspelt key does not', async () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const published = JSON.parse(await readFile(join(root, 'catalog/schema/app.schema.json'), 'utf8')) as object
  const validate = ajv.compile(published)
  for (const name of await readdir(builtInDir)) {
    const content = parse(await readFile(join(builtInDir, name), 'utf8')) as object
    assert.ok(validate(content), `${name}: ${ajv.errorsText(validate.errors)}`)
    assert.equal(validate({ ...content, nmae: 'x' }), false)
  }
  assert.ok(validate({ proxy: { allowed_domains: ['slack.com'] } }), 'a file may say only what differs')
  assert.equal(validate({ oauth: { version: 2, tokn_url: 'https://a.example' } }), false)
})
