import { test } from 'node:test'
import assert from 'node:assert/strict'
import { parseAllowList } from './allow-list.ts'
import { isBlockedAddress, isBlockedName } from './blocked-addresses.ts'
import { admitUrl } from './egress-rules.ts'

const words = (text: string) => text.trim().split(/\s+/)
const admitted = (url: string, ...allow: string[]) => admitUrl(url, parseAllowList(allow)).ok

test('public addresses next to every special range stay reachable', () => {
  const open = words(`
    1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 198.17.255.255 198.20.0.0
    203.0.112.255 223.255.255.255 2001:200::1 2606:4700::1111 2a00:1450::1 2003::
  `)
  assert.deepEqual(open.filter(isBlockedAddress), [])
})

test('the first and last address of every special-purpose range is blocked', () => {
  const blocked = words(`
    0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0
    127.255.255.255 169.254.0.0 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255
    192.0.2.0 192.0.2.255 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.0 192.168.255.255
    192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.0 239.255.255.255
    240.0.0.0 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8
    64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:1ff:ffff::1
    2001:db8::1 2002:7f00:1:: 2002:808:808:: 2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254
    fe80::1 fe80::1%lo 2606:4700::1111%eth0 fec0::1 ff02::1 4000::1
  `).concat('not an address', '')
  assert.deepEqual(
    blocked.filter((address) => !isBlockedAddress(address)),
    [],
  )
})

test('names of this machine and this network are blocked, names that only look like them are not', () => {
  for (const name of words('localhost LOCALHOST. a.localhost metadata.google.internal x.internal. nas.local'))
    assert.equal(isBlockedName(name), true, name)
  for (const name of ['localhost.example', 'mylocalhost', 'internal.example', 'notinternal', 'example.com'])
    assert.equal(isBlockedName(name), false, name)
})

test('G10-194 no form of a private address is admitted as a URL', () => {
  const hosts = words(`
    127.1 0x7f.1 2130706433 017700000001 0 0.0.0.0 [::] [::1] [::ffff:127.0.0.1] [::ffff:7f00:1]
    [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [fd00:ec2::254] 169.254.169.254 100.64.0.1
    192.0.0.192 198.18.0.1 １２７.０.０.１ １２７。０。０。１ localhost. localhost a.localhost
    metadata.google.internal [::127.0.0.1] [2001:0:7f00:1::]
  `)
  for (const host of hosts) {
    assert.equal(admitted(`https://${host}/`), false, host)
    assert.equal(admitted(`https://${host}:8443/`), false, host)
  }
  assert.equal(admitted('https://1.1.1.1/'), true)
  assert.equal(admitted('https://[2606:4700::1111]/'), true)
})

test('G10-195 only https to web ports is admitted', () => {
  for (const url of [
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'ws://example.com/',
  ])
    assert.equal(admitted(url), false, url)
  for (const url of [
    'data:text/plain,x',
    'blob:https://example.com/1',
    'http://example.com/',
    'http://example.com:8080/',
  ])
    assert.equal(admitted(url), false, url)
  for (const port of [22, 25, 80, 465, 993, 1023, 6379, 5432, 3306, 6667])
    assert.equal(admitted(`https://example.com:${port}/`), false, String(port))
  for (const port of [443, 1024, 8443, 65535])
    assert.equal(admitted(`https://example.com:${port}/`), true, String(port))
})

test('G10-196 what two URL parsers could read differently is refused', () => {
  const urls = [
    'https://exam\tple.com/',
    'https://example.com\n/',
    ' https://example.com/',
    'https://example.com\\@evil.test/',
    'https://user@example.com/',
    'https://user:pass@example.com/',
    'https://@example.com\\/',
    'https://a%00b.com/',
    'https://a%2fb.com/',
    'https://[fe80::1%25eth0]/',
    'https:///',
    'https://',
    '//example.com/',
    '/path',
    '',
  ]
  for (const url of urls) assert.equal(admitted(url), false, JSON.stringify(url))
})

test('a host entry opens exactly that host and port', () => {
  assert.equal(admitted('http://localhost:3000/', 'localhost:3000'), true)
  assert.equal(admitted('http://localhost:3001/', 'localhost:3000'), false)
  assert.equal(admitted('http://a.localhost:3000/', 'localhost:3000'), false)
  assert.equal(admitted('http://127.0.0.1:3000/', 'localhost:3000'), false)
  assert.equal(admitted('http://127.1:3000/', '127.0.0.1:3000'), true)
  assert.equal(admitted('https://example.com:6379/', 'Example.COM'), true)
  assert.equal(admitted('http://example.com/', 'example.com:80'), true)
  assert.equal(admitted('http://[::1]:3000/', '[::1]:3000'), true)
  assert.equal(admitted('http://[::1]:3000/', '::1'), true)
  assert.equal(admitted('ftp://localhost:3000/', 'localhost:3000'), false)
  assert.equal(admitted('http://u:p@localhost:3000/', 'localhost:3000'), false)
})

test('a range entry opens its addresses, at its port', () => {
  assert.equal(admitted('https://10.1.2.3/', '10.0.0.0/8'), true)
  assert.equal(admitted('http://10.1.2.3:8080/', '10.0.0.0/8:8080'), true)
  assert.equal(admitted('http://10.1.2.3:8081/', '10.0.0.0/8:8080'), false)
  assert.equal(admitted('https://11.1.2.3/', '10.0.0.0/8'), true)
  assert.equal(admitted('http://11.1.2.3/', '10.0.0.0/8'), false)
  assert.equal(admitted('https://[fd00::1]/', 'fd00::/8'), true)
  assert.equal(admitted('https://[fd00::1]:8443/', '[fd00::/8]:8443'), true)
  assert.equal(admitted('https://192.168.0.1/', '10.0.0.0/8'), false)
})

test('a name over plain http, or of a private domain, waits for its addresses, which must all lie in a range', () => {
  const allow = parseAllowList(['10.0.0.0/8:8080'])
  for (const url of ['http://api.example:8080/', 'https://api.svc.internal:8080/']) {
    const admission = admitUrl(url, allow)
    assert.equal(admission.ok && admission.addresses, 'listed', url)
  }
  assert.equal(admitUrl('http://api.example:8081/', allow).ok, false)
})

test('an allow list that cannot be read stops the start', () => {
  const bad = [
    '',
    ' ',
    'https://example.com',
    'a b',
    '10.0.0.0/33',
    'fd00::/129',
    'x/8',
    'host:0',
    'host:70000',
    'u@host',
  ]
  for (const entry of [...bad, '[10.0.0.0/8', '*.example.com/'])
    assert.throws(() => parseAllowList([entry]), /not a target/, entry)
})
