/** Proves that no value chooses a host, climbs out of a path or adds a parameter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequest } from '../platform/errors.ts'
import { hostNames, renderUrl } from './render-url.ts'

const hostPatterns = new Map([
  ['custom_fields.shop', /^(?:[a-z0-9-]+)$/],
  // As loose as an author could write it: the character rule must hold by itself.
  ['custom_fields.loose', /^(?:.*)$/s],
  ['custom_fields.origin', /^(?:https:\/\/[a-z.]+\.example\.com)$/],
])
const render = (template: string, fields: Record<string, unknown>, allowHttp = false) =>
  renderUrl(template, { custom_fields: fields, mapped: { prefix: 'eu.' } }, { hostPatterns, allowHttp })

const hostile = [
  'evil.com/',
  'a@b',
  '127.0.0.1#',
  'evil.com?',
  'evil.com\\',
  'a b',
  'a\tb',
  'a\nb',
  'evil.com%2f',
  '[::1]',
  'evil。com',
  'evil.com/',
  'ⓔvil',
]

test('a value in the host is a plain piece of a host name, whatever its pattern says', () => {
  assert.equal(
    render('https://{{custom_fields.shop}}.example.com/a', { shop: 'acme' }),
    'https://acme.example.com/a',
  )
  assert.equal(render('https://api.{{mapped.prefix}}example.com/a', {}), 'https://api.eu.example.com/a')
  for (const value of hostile) {
    assert.throws(
      () => render('https://{{custom_fields.loose}}.example.com/a', { loose: value }),
      BadRequest,
      value,
    )
    assert.throws(() => render('https://{{custom_fields.loose}}/a', { loose: value }), BadRequest, value)
  }
})

test('a value in the host must match the pattern of its field, and a field without one never names a host', () => {
  assert.throws(
    () => render('https://{{custom_fields.shop}}.example.com', { shop: 'evil.com' }),
    /may not name a host/,
  )
  assert.throws(
    () => render('https://{{custom_fields.none}}.example.com', { none: 'acme' }),
    /may not name a host/,
  )
})

test('an address in disguise is refused', () => {
  for (const value of ['0x7f.1', '2130706433', '127.1', '0177.0.0.1'])
    assert.throws(() => render('https://{{custom_fields.loose}}/a', { loose: value }), /sound/, value)
  assert.throws(() => render('https://{{custom_fields.loose}}', { loose: '' }), BadRequest)
})

test('a value that stands first is an https origin and nothing more', () => {
  const template = '{{custom_fields.origin}}/path'
  assert.equal(render(template, { origin: 'https://eu.example.com' }), 'https://eu.example.com/path')
  assert.equal(render('{{custom_fields.none ?? "https://a.example.com"}}/p', {}), 'https://a.example.com/p')
  for (const origin of [
    'https://eu.example.com/',
    'https://evil.com#.example.com',
    'https://evil.com?.example.com',
    'https://a@eu.example.com',
    'http://eu.example.com',
    'javascript:alert(1)',
    '//eu.example.com',
    'eu.example.com',
    '',
  ])
    assert.throws(() => render(template, { origin }), BadRequest, origin)
})

test('values in path, query and fragment are encoded', () => {
  assert.equal(
    render('https://x.example.com/a/{{custom_fields.v}}?q={{custom_fields.v}}#{{custom_fields.v}}', {
      v: 'a/b?c&d=e#f g',
    }),
    'https://x.example.com/a/a%2Fb%3Fc%26d%3De%23f%20g?q=a%2Fb%3Fc%26d%3De%23f%20g#a%2Fb%3Fc%26d%3De%23f%20g',
  )
  assert.equal(render('/bot{{custom_fields.v}}/getMe', { v: '123:a-B_c' }), '/bot123:a-B_c/getMe')
})

test('a value does not climb out of its path', () => {
  for (const v of ['.', '..', '%2e%2e'])
    assert.equal(
      (() => {
        try {
          return new URL(render('https://x.example.com/a/{{custom_fields.v}}/c', { v })).pathname
        } catch (error) {
          assert.ok(error instanceof BadRequest)
          return '/a/refused/c'
        }
      })().startsWith('/a/'),
      true,
      v,
    )
  assert.throws(() => render('/a/{{custom_fields.v}}{{custom_fields.v}}/c', { v: '.' }), /climb out/)
})

test('http is for sandbox apps, and //host is no path', () => {
  assert.throws(() => render('http://localhost:9/a', {}), /https/)
  assert.equal(render('http://localhost:9/a', {}, true), 'http://localhost:9/a')
  assert.throws(() => render('ftp://x.example.com/a', {}, true), BadRequest)
  assert.throws(() => render('//x.example.com/a', {}), BadRequest)
})

test('an error names the place and never the value', () => {
  assert.throws(
    () => render('https://{{custom_fields.shop}}.example.com', { shop: 's3cret/' }),
    (error: Error) => error.message.includes('custom_fields.shop') && !error.message.includes('s3cret'),
  )
})

test('hostNames finds what takes part in the host, fallbacks and functions too', () => {
  assert.deepEqual(hostNames('https://{{a.b ?? c.d}}.{{mapped.x}}{{upper(e.f)}}/{{g.h}}?{{i.j}}'), [
    'a.b',
    'c.d',
    'e.f',
  ])
  assert.deepEqual(hostNames('{{a.b}}/{{c.d}}'), ['a.b'])
  assert.deepEqual(hostNames('/x/{{c.d}}'), [])
})

test('A1, I4, gitlab: a value that is the whole authority brings the port and the path that its pattern lets it', () => {
  const own = new Map([
    ['custom_fields.host', /^(?:git\.example\.com:8443\/gitlab)$/],
    ['custom_fields.base', /^(?:https:\/\/git\.example\.com:8443\/gitlab)$/],
    ['custom_fields.loose', /^(?:.*)$/s],
  ])
  const at = (template: string, fields: Record<string, string>) =>
    renderUrl(template, { custom_fields: fields }, { hostPatterns: own })
  const host = 'git.example.com:8443/gitlab'
  assert.equal(at('https://{{custom_fields.host}}/oauth/token', { host }), `https://${host}/oauth/token`)
  assert.equal(at('https://{{custom_fields.host}}', { host }), `https://${host}`)
  assert.equal(at('{{custom_fields.base}}/api/v4', { base: `https://${host}` }), `https://${host}/api/v4`)
  assert.throws(
    () => at('https://{{custom_fields.host}}/a', { host: 'git.example.com:8443/other' }),
    /may not name a host/,
  )
  // Half a host is no place for a path: what follows would no longer be the host.
  for (const loose of ['evil.com/', 'evil.com/a', 'evil.com:443'])
    for (const template of [
      'https://{{custom_fields.loose}}.example.com/a',
      'https://api.{{custom_fields.loose}}/a',
      'https://{{custom_fields.loose}}{{custom_fields.loose}}/a',
      'https://{{custom_fields.loose}}?a=b',
    ])
      assert.throws(() => at(template, { loose }), BadRequest, `${loose} in ${template}`)
  for (const loose of [
    'git.example.com/..',
    'git.example.com/%2e%2e',
    'git.example.com/a?b',
    'git.example.com/a#b',
  ])
    assert.throws(() => at('https://{{custom_fields.loose}}/a', { loose }), BadRequest, loose)
  for (const loose of [
    'git.example.com:99999',
    'git.example.com:80:80',
    'a@git.example.com:80',
    '127.1:80/a',
  ])
    assert.throws(() => at('https://{{custom_fields.loose}}/a', { loose }), BadRequest, loose)
})
