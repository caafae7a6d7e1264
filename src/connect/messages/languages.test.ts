/** The message files of all languages against the English one: a translation that has fallen behind does not pass. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { en } from './en.ts'
import { languages } from './languages.ts'

type Texts = readonly (readonly [path: string, text: string])[]

const textsOf = (value: unknown, path = ''): Texts =>
  typeof value === 'string'
    ? [[path, value]]
    : Object.entries(value as object).flatMap(([key, inner]) =>
        textsOf(inner, path === '' ? key : `${path}.${key}`),
      )

const placesOf = (text: string) => [...text.matchAll(/\{(.*?)\}/g)].map(([place]) => place).toSorted()

/** What is wrong with a translation; empty when nothing is. */
function faultsOf(translation: unknown): string[] {
  const texts = textsOf(translation)
  const english = textsOf(en)
  const names = (some: Texts) => some.map(([path]) => path).join('\n')
  if (names(texts) !== names(english)) return ['other texts than in English, or in another order']
  return texts.flatMap(([path, text], i) => {
    const original = english[i]?.[1] ?? ''
    if (text.trim() === '' || text !== text.trim()) return [`${path}: is empty or has blanks around it`]
    if (placesOf(text).join() !== placesOf(original).join()) return [`${path}: other places than in English`]
    if (/["<>]|'/.test(text)) return [`${path}: has straight quotes or markup`]
    return []
  })
}

for (const messages of languages)
  test(`${messages.code}: every text is there, in order, with the places of the English one`, () => {
    assert.deepEqual(faultsOf(messages), [])
  })

test('English and four more, each a file of its own, and each truly translated', () => {
  assert.equal(languages.length, 5)
  assert.equal(new Set(languages.map(({ code }) => code)).size, languages.length)
  const others = new Set(['en.ts', 'fill.ts', 'languages.ts', 'choose-language.ts'])
  const files = readdirSync(import.meta.dirname).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !others.has(file),
  )
  assert.deepEqual(
    files.map((file) => file.replace('.ts', '')).toSorted(),
    languages
      .slice(1)
      .map(({ code }) => code.toLowerCase())
      .toSorted(),
  )
  const english = textsOf(en.errors)
  for (const messages of languages.slice(1)) {
    const same = textsOf(messages.errors).filter(([, text], i) => text === english[i]?.[1])
    assert.deepEqual(same, [], messages.code)
  }
})

test('each way of breaking a translation is found', () => {
  const broken: [object, string][] = [
    [{ ...en, common: { ...en.common, cancel: '' } }, 'is empty'],
    [{ ...en, common: { ...en.common, cancel: ' Cancel' } }, 'blanks'],
    [{ ...en, common: { ...en.common, code: 'Code: {kode}' } }, 'other places'],
    [{ ...en, common: { ...en.common, code: 'Code' } }, 'other places'],
    [{ ...en, common: { ...en.common, cancel: '<b>' } }, 'markup'],
    [{ ...en, more: 'x' }, 'other texts'],
    [Object.fromEntries(Object.entries(en).toReversed()), 'another order'],
  ]
  for (const [translation, fault] of broken) assert.match(faultsOf(translation).join(), new RegExp(fault))
})
