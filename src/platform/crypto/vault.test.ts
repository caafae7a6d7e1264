/** What the vault opens, and everything it must not. */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { mock, test } from 'node:test'
import { newKeyRingText, parseKeyRing } from './key-ring.ts'
import { type Binding, KeyNotHeld, openVault, SealBroken } from './vault.ts'

const ring = parseKeyRing(newKeyRingText())
const binding: Binding = {
  table: 'credentials',
  column: 'sealed',
  row: 'apn_1',
  workspace: 'ws_1',
  project: 'proj_1',
  environment: 'production',
  externalUser: 'eu_1',
  generation: 3,
}
const moved: Partial<Binding>[] = [
  { table: 'oauth_apps' },
  { column: 'previous_sealed' },
  { row: 'apn_2' },
  { workspace: 'ws_2' },
  { project: 'proj_2' },
  { environment: 'development' },
  { externalUser: 'eu_2' },
  { generation: 4 },
]

test('what was sealed opens again, whatever the text', () => {
  const vault = openVault(ring, 'instance')
  for (const text of ['', '{"oauth_access_token":"abc"}', 'ü€😀 ~.~', 'x'.repeat(100_000)])
    assert.equal(vault.open(binding, vault.seal(binding, text)), text)
})

test('the same text never seals to the same bytes', () => {
  const vault = openVault(ring, 'instance')
  const dataKey = vault.createDataKey(binding)
  const sealed = new Set(Array.from({ length: 1000 }, () => vault.sealWith(dataKey, binding, 'same')))
  assert.equal(sealed.size, 1000)
})

for (const change of moved) {
  const part = Object.keys(change)[0]
  test(`G9-168, G9-169 a sealed text moved to another ${part} does not open`, () => {
    const vault = openVault(ring, 'instance')
    const sealed = vault.seal(binding, 'secret')
    assert.throws(() => vault.open({ ...binding, ...change }, sealed), SealBroken)
    assert.equal(vault.open(binding, sealed), 'secret')
  })
}

test('each part by itself is bound: a data key of another row does not even unwrap', () => {
  const vault = openVault(ring, 'instance')
  const [keyOfOne, bodyOfOne] = vault.seal(binding, 'one').split('~') as [string, string]
  const other = { ...binding, row: 'apn_2' }
  const [keyOfOther, bodyOfOther] = vault.seal(other, 'other').split('~') as [string, string]
  assert.throws(() => vault.openWith(keyOfOther, binding, bodyOfOne), SealBroken)
  assert.throws(() => vault.openWith(keyOfOne, binding, bodyOfOther), SealBroken)
  assert.throws(() => vault.sealWith(keyOfOther, binding, 'mine'), SealBroken)
})

test('a data key serves its row through all generations and columns', () => {
  const vault = openVault(ring, 'instance')
  const dataKey = vault.createDataKey(binding)
  const next = { ...binding, generation: 4 }
  assert.equal(vault.openWith(dataKey, next, vault.sealWith(dataKey, next, 'next')), 'next')
})

test('formats that are not ours are refused, not guessed', () => {
  const vault = openVault(ring, 'instance')
  const sealed = vault.seal(binding, 'secret')
  const [dataKey, body] = sealed.split('~') as [string, string]
  const wrong = [
    '',
    '~',
    dataKey,
    body,
    `${sealed}~`,
    `${sealed}.x`,
    `k2${dataKey.slice(2)}~${body}`,
    `${dataKey}~d2${body.slice(2)}`,
    `${dataKey}~d1..`,
    `${dataKey}~${body}=`,
    `${dataKey}~${body} `,
    `${dataKey}~${body.replace('d1.', 'd1.!')}`,
  ]
  for (const text of wrong) assert.throws(() => vault.open(binding, text), SealBroken, text)
})

test('G9-170 a cut tag is refused, at every length', () => {
  const vault = openVault(ring, 'instance')
  const [dataKey, body] = vault.seal(binding, '').split('~') as [string, string]
  const [version, nonce, tag] = body.split('.') as [string, string, string]
  const bytes = Buffer.from(tag, 'base64url')
  assert.equal(bytes.length, 16)
  for (let length = 0; length < 16; length += 1) {
    const cut = [version, nonce, bytes.subarray(0, length).toString('base64url')].join('.')
    assert.throws(() => vault.openWith(dataKey, binding, cut), SealBroken)
  }
})

// The length of the tag is kept twice: the vault cuts 16 bytes off itself, and tells Node, which else takes four for enough.
test('every cipher is made with the whole tag length and with associated data', (t) => {
  const made: unknown[] = []
  let bound = 0
  const watch = <Name extends 'createCipheriv' | 'createDecipheriv'>(name: Name) => {
    const original = crypto[name] as (...args: unknown[]) => { setAAD(data: Buffer): unknown }
    mock.method(crypto, name, (...args: unknown[]) => {
      made.push(args[3])
      const cipher = original(...args)
      const setAAD = cipher.setAAD.bind(cipher)
      cipher.setAAD = (data) => {
        if (data.length > 0) bound += 1
        return setAAD(data)
      }
      return cipher
    })
  }
  watch('createCipheriv')
  watch('createDecipheriv')
  syncBuiltinESMExports()
  t.after(() => {
    mock.restoreAll()
    syncBuiltinESMExports()
  })
  const vault = openVault(ring, 'instance')
  vault.open(binding, vault.seal(binding, 'secret'))
  // Wrap, unwrap, seal; unwrap, open.
  assert.deepEqual(
    made,
    Array.from({ length: 5 }, () => ({ authTagLength: 16 })),
  )
  assert.equal(bound, 5)
})

test('the newest key seals, every key opens, and a missing one is an outage and not a broken seal', () => {
  const [first] = ring
  const second = parseKeyRing(newKeyRingText())[0]
  const before = openVault([first], 'instance')
  const during = openVault([second, first], 'instance')
  const after = openVault([second], 'instance')
  const old = before.seal(binding, 'old')
  const fresh = during.seal(binding, 'fresh')
  assert.deepEqual(during.keyIds, [second.id, first.id])
  assert.equal(during.open(binding, old), 'old')
  assert.equal(after.open(binding, fresh), 'fresh')
  assert.ok(fresh.startsWith(`k1.${second.id}.`))
  assert.throws(
    () => after.open(binding, old),
    (error: KeyNotHeld) =>
      error instanceof KeyNotHeld && error.status === 503 && Number(error.headers['retry-after']) > 0,
  )
})

test('two keys under one id do not open each other’s work', () => {
  const [first] = ring
  const stranger = { ...parseKeyRing(newKeyRingText())[0], id: first.id }
  const sealed = openVault([first], 'instance').seal(binding, 'secret')
  assert.throws(() => openVault([stranger], 'instance').open(binding, sealed), SealBroken)
})

test('every wrap is counted, and a seal under a known data key is none', () => {
  let wraps = 0
  const vault = openVault(ring, 'instance', () => (wraps += 1))
  const dataKey = vault.createDataKey(binding)
  vault.sealWith(dataKey, binding, 'a')
  vault.openWith(dataKey, binding, vault.sealWith(dataKey, binding, 'b'))
  assert.equal(wraps, 1)
  vault.seal(binding, 'c')
  assert.equal(wraps, 2)
})
