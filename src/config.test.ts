import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { BadConfig, loadConfig } from './config.ts'
import { settings } from './settings.ts'

test('an empty environment gives a loopback server with the sandbox on', () => {
  const { config, unknown } = loadConfig({})
  assert.deepEqual([config.host, config.port, config.publicUrl], ['127.0.0.1', 3000, 'http://localhost:3000'])
  assert.equal(config.sandbox, true)
  assert.equal(config.databaseUrl, `sqlite:${config.dataDir}/headgate.db`)
  assert.deepEqual(unknown, [])
})

test('the sandbox is off in production unless it is asked for', () => {
  assert.equal(loadConfig({ NODE_ENV: 'production' }).config.sandbox, false)
  assert.equal(loadConfig({ NODE_ENV: 'production', HEADGATE_SANDBOX: 'on' }).config.sandbox, true)
})

test('a misspelt setting is reported, a known one and its file form are not', () => {
  const { unknown } = loadConfig({ HEADGATE_PUBLIC_ULR: 'x', HEADGATE_LOG_LEVEL: 'warn', PATH: '/bin' })
  assert.deepEqual(unknown, ['HEADGATE_PUBLIC_ULR'])
})

test('every setting can come from a file, without the line end, and not from both', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'url')
  writeFileSync(file, 'https://connect.example.com/\n')
  assert.equal(loadConfig({ HEADGATE_PUBLIC_URL_FILE: file }).config.publicUrl, 'https://connect.example.com')
  for (const { name } of settings) {
    assert.throws(
      () => loadConfig({ [`${name}_FILE`]: join(folder, 'missing') }),
      { name: 'BadConfig' },
      name,
    )
  }
  assert.throws(
    () => loadConfig({ HEADGATE_PUBLIC_URL: 'https://a.test', HEADGATE_PUBLIC_URL_FILE: file }),
    /both set/,
  )
})

test('a bad value names its setting, and a secret one is never shown', () => {
  const bad: [Record<string, string>, RegExp][] = [
    [{ PORT: '70000' }, /^PORT must be a whole number/],
    [{ PORT: '3e3' }, /^PORT/],
    [{ HEADGATE_SANDBOX: 'true' }, /^HEADGATE_SANDBOX must be on or off/],
    [{ HEADGATE_PUBLIC_URL: 'javascript:alert(1)' }, /^HEADGATE_PUBLIC_URL/],
    [{ HEADGATE_PUBLIC_URL: 'https://user@a.test' }, /^HEADGATE_PUBLIC_URL/],
    [{ DATABASE_URL: 'mysql://root:hunter2@db' }, /^DATABASE_URL/],
    [
      { HEADGATE_BOOTSTRAP_CLIENT_ID: 'client-one', HEADGATE_BOOTSTRAP_CLIENT_SECRET: 'hunter2' },
      /CLIENT_SECRET/,
    ],
    [{ HEADGATE_BOOTSTRAP_CLIENT_ID: 'client-one' }, /go together/],
    [
      { HEADGATE_TRUSTED_PROXIES: '10.0.0.0/8, proxy.example' },
      /^HEADGATE_TRUSTED_PROXIES must be addresses/,
    ],
    [{ HEADGATE_TRUSTED_PROXIES: '10.0.0.0/33' }, /^HEADGATE_TRUSTED_PROXIES/],
    [{ HEADGATE_TLS_CERT: '/cert.pem' }, /^HEADGATE_TLS_CERT must be PEM text/],
    [{ HEADGATE_TLS_KEY: 'hunter2' }, /^HEADGATE_TLS_KEY must be PEM text/],
    [{ HEADGATE_TLS_CERT: '-----BEGIN CERTIFICATE-----' }, /go together/],
  ]
  for (const [env, says] of bad) {
    assert.throws(
      () => loadConfig(env),
      (error: Error) =>
        error instanceof BadConfig && says.test(error.message) && !error.message.includes('hunter2'),
      JSON.stringify(env),
    )
  }
})

test('addresses and ranges of both families are taken for proxies', () => {
  const { config } = loadConfig({ HEADGATE_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,::1,fd00::/8' })
  assert.deepEqual(config.trustedProxies, ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])
})

test('an empty value counts as not set', () => {
  assert.equal(loadConfig({ HEADGATE_PUBLIC_URL: '' }).config.publicUrl, 'http://localhost:3000')
})

test('a secret in the configuration cannot be printed', () => {
  const { config } = loadConfig({ HEADGATE_KEYS: 'k1:hunter2hunter2' })
  assert.doesNotMatch(JSON.stringify(config), /hunter2/)
  assert.equal(config.keys?.reveal(), 'k1:hunter2hunter2')
})
