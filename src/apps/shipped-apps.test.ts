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
  'activecampaign.base_url': 'https://acme.api-us1.com',
  'algolia.application_id': 'ABC123DEF4',
  'amazon_ses.accessKeyId': `AKIA${'0'.repeat(16)}`,
  'amazon_ses.region': 'eu-central-1',
  'auth0_management_api.domain': 'acme.eu.auth0.com',
  'azure_openai_service.resource_name': 'acme-ai',
  'bamboohr.company_domain': 'acme',
  'bigcommerce.store_hash': 'abc123',
  'cal_com.domain': 'api.cal.com',
  'chargebee.sub_url': 'acme-test',
  'cloudinary.cloud_name': 'acme',
  'dynamics_365_business_central_api.tenant': 'common',
  'ghost_org_admin_api.admin_api_key': '0123abcd:89abcdef',
  'ghost_org_admin_api.admin_api_url': 'acme.ghost.io',
  'gong.api_base_url_for_customer': 'https://company-17.api.gong.io',
  'gorgias_oauth.domain': 'acme',
  'microsoft_excel.tenant': 'common',
  'microsoft_graph_api.tenant': 'common',
  'netsuite.account_id': '1234567-sb1',
  'whatsapp_business.business_account_id': '102290129340398',
  'wordpress_org.url': 'blog.acme.example',
  'wrike.host': 'www.wrike.com',
  'zoho_books.api_domain': 'https://www.zohoapis.com',
  'zoho_mail.api_domain': 'https://www.zohoapis.com',
  'salesforce_rest_api.login_host': 'acme.my.salesforce.com',
  'salesforce_rest_api.instance_url': 'https://acme.my.salesforce.com',
  'shopify.shop_id': 'acme-store',
  'twilio.accountSid': `AC${'0'.repeat(32)}`,
  'telegram_bot_api.token': '123456:ABC-def_1',
  'aws.accessKeyId': `AKIA${'0'.repeat(16)}`,
  'aws.region': 'us-east-1',
  'docusign.base_uri': 'https://demo.docusign.net',
  'freshdesk.domain': 'acme',
  'gitlab.base_api_url': 'gitlab.com',
  'google_ads.login_customer_id': '1234567890',
  'google_cloud.key_json':
    '{"project_id":"acme","private_key_id":"k","private_key":"pem","client_email":"a@b.example"}',
  'klaviyo.api_key': 'pk_1a2b3c',
  'mailchimp.dc': 'us19',
  'microsoft_onedrive.tenant': 'common',
  'microsoft_outlook.tenant': 'common',
  'microsoft_outlook_calendar.tenant': 'common',
  'microsoft_teams.tenant': 'common',
  'pipedrive.api_domain': 'https://acme.pipedrive.com',
  'quickbooks.company_id': '1234567890123',
  'servicenow.instance_name': 'acme',
  'sharepoint.tenant': 'common',
  'shopify_developer_app.shop_id': 'acme-store',
  'snowflake.account': 'acme-dev_1',
  'supabase.subdomain': 'abcdefghij0123456789',
  'woocommerce.key': 'ck_1a2b3c',
  'woocommerce.secret': 'cs_1a2b3c',
  'woocommerce.url': 'shop.acme.example',
  'zendesk.subdomain': 'acme',
  'zoho_crm.api_domain': 'https://www.zohoapis.eu',
}
/** Fields that may name any host, because nobody's secret but the person's own goes there. */
const ownHosts = new Set(['woocommerce.url', 'wordpress_org.url', 'ghost_org_admin_api.admin_api_url'])
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
  const allowed = Object.fromEntries(
    Object.entries(app.oauth?.version === 2 ? app.oauth.callback_allow : {}).map(([name, [first]]) => [
      name,
      first,
    ]),
  )
  return {
    ...fieldValues(app, given),
    access_token: 'access',
    refresh_token: 'refresh',
    client_id: 'client',
    client_secret: 'secret',
    scopes: 'a b',
    redirect_uri: 'https://headgate.example/callback',
    server: { user_agent: 'headgate' },
    answer: anything('answer'),
    token: anything('token'),
    id_token: anything('id_token'),
    stored: { ...anything('stored'), ...allowed },
    callback: { ...anything('callback'), ...allowed },
    derived: anything('derived'),
    oauth_app: anything('oauth_app'),
    notice: anything('notice'),
  }
}

const files = (await readdir(builtInDir)).filter((name) => !name.startsWith('_')).toSorted()
/** Those that are disabled too: what they say must hold all the same. */
const apps = files.map((name) => catalog.find(name.replace(/\.yaml$/, ''))!)

test('there is an app for every file, a disabled one says why, and the first dozen is there', () => {
  assert.deepEqual(
    apps.map((app) => `${app.name_slug}.yaml`),
    files,
  )
  for (const app of apps.filter(({ disabled }) => disabled))
    assert.match(app.notes.join(' '), /Disabled/, app.name_slug)
  assert.ok(files.length >= 12)
  assert.equal(catalog.find('slack'), catalog.find('slack_v2'))
})

for (const app of apps) {
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
      for (const field of app.custom_fields.filter(({ name }) => !ownHosts.has(`${app.name_slug}.${name}`)))
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
    assert.ok(app.test_request || !app.proxy.enabled, 'an account must be testable')
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
