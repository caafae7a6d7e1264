/** Owns random requests by the grammar of docs/openapi.json: sometimes right, mostly nearly, sometimes not at all. The same seed gives the same ones. */
import { readFileSync } from 'node:fs'
import type { SentRequest } from './g15-send.ts'

interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
}
interface Parameter {
  $ref?: string
  name: string
  in: 'path' | 'query' | 'header'
  schema?: Schema
}
export interface Operation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema?: Schema }> }
}
type Document = Record<string, unknown> & { paths: Record<string, Record<string, Operation>> }

const document = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as Document

/** Its switches make every later answer slow or wrong on purpose. */
const LEFT_OUT = new Set(['put /sandbox/settings'])

export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => !LEFT_OUT.has(`${method} ${path}`))
    .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

/** The members that an operation's body may have. */
export const memberNames = (operation: Operation): string[] =>
  Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) =>
    Object.keys(resolve(schema)?.properties ?? {}),
  )

/** Real values by parameter or member name. No app whose keys would be tried out at a real provider is among them. */
export type Known = Record<string, readonly string[]>

const WEIRD = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '/',
  '//',
  '\\',
  '%',
  '%00',
  '%2e%2e%2f',
  '\u0000',
  '\u0001',
  '\u007f',
  '\u0085',
  '\r\nX-Evil: 1',
  '\ud800',
  '\udfff',
  '😀',
  'é',
  'e\u0301',
  '\u202eabc',
  '\u200b',
  '\ufeff',
  '＊',
  'ａｃｍｅ',
  '*',
  '?',
  '#',
  '&',
  '=',
  ';',
  ',',
  ':',
  '@',
  '+',
  "'",
  '"',
  '`',
  '<script>',
  "' or 1=1 --",
  '"; drop table accounts; --',
  '#{7*7}',
  '{{7*7}}',
  '{',
  '}',
  '[',
  ']',
  '[]',
  '{}',
  'null',
  'undefined',
  'true',
  'false',
  'NaN',
  '0',
  '-0',
  '-1',
  '1',
  '1.5',
  '1e400',
  '99999999999999999999',
  '0x10',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '[object Object]',
  'javascript:alert(1)',
  'https://a.test',
  'http://169.254.169.254/',
  '\u001b[31m',
  'a'.repeat(251),
  'ä'.repeat(300),
  'x'.repeat(5000),
]
const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/json;',
  'text/plain',
  'text/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  '',
  '/',
  'application/merge-patch+json',
]

/** mulberry32: 32 bits of state, good enough to wander about with. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function requestGenerator(seed: number, known: Known, tokens: readonly string[]): () => SentRequest {
  const random = randomSource(seed)
  const chance = (probability: number) => random() < probability
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!

  const text = (name: string, schema: Schema | undefined): string => {
    if (schema?.enum && chance(0.6)) return String(pick(schema.enum))
    const real = known[name]
    if (real && chance(0.6)) return pick(real)
    if (chance(0.1)) return pick(Object.values(known).flat())
    return chance(0.5) ? pick(WEIRD) : pick(WEIRD) + pick(WEIRD)
  }

  function value(name: string, given: Schema | undefined, depth: number): unknown {
    if (depth > 6 || chance(0.12))
      return pick<unknown>([null, true, 0, -1, 1.5, 2 ** 53, [], {}, [[]], pick(WEIRD), { [pick(WEIRD)]: 1 }])
    const schema = resolve(given)
    if (schema?.anyOf) return value(name, pick(schema.anyOf), depth)
    const type = Array.isArray(schema?.type) ? pick(schema.type) : schema?.type
    if (type === 'object') return members(schema ?? {}, depth)
    if (type === 'array')
      return Array.from({ length: Math.floor(random() * 4) }, () => value(name, schema?.items, depth + 1))
    if (type === 'boolean') return chance(0.5)
    if (type === 'integer' || type === 'number')
      return pick([0, 1, -1, 60, 14_400, 14_401, 2 ** 31, 2 ** 53, 0.5])
    if (type === 'null') return null
    return text(name, schema)
  }

  function members(schema: Schema, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(schema.properties ?? {}))
      if (chance(0.8)) result[name] = value(name, member, depth + 1)
    if (chance(0.15)) result[`x${pick(WEIRD)}`] = value('x', undefined, depth + 1)
    return result
  }

  const encode = (part: string) => {
    const encoded = encodeURIComponent(part.toWellFormed())
    return chance(0.03) ? encoded.replace('%', '%%') : encoded
  }

  function body(operation: Operation): { type: string; bytes: Buffer } | undefined {
    const contents = Object.entries(operation.requestBody?.content ?? {})
    if (contents.length === 0 && chance(0.9)) return undefined
    const [type, { schema }] = contents.length > 0 ? pick(contents) : ['application/json', { schema: {} }]
    if (chance(0.05)) return undefined
    if (chance(0.05))
      return { type, bytes: Buffer.from(Array.from({ length: 50 }, () => Math.floor(random() * 256))) }
    const made = value('body', resolve(schema), 0)
    const fields = typeof made === 'object' && made !== null ? Object.entries(made) : []
    let written = type.includes('urlencoded')
      ? new URLSearchParams(
          Object.fromEntries(fields.map(([name, field]) => [name, asField(field)])),
        ).toString()
      : JSON.stringify(made)
    if (chance(0.05)) written = written.slice(0, Math.floor(random() * written.length))
    if (chance(0.03)) written = `${written}${written}`
    if (chance(0.02)) written = `\ufeff${written}`
    return { type: chance(0.06) ? pick(CONTENT_TYPES) : type, bytes: Buffer.from(written) }
  }

  return () => {
    const { method, path, operation } = pick(operations)
    const parameters = (operation.parameters ?? []).map((one) => resolve(one))
    let target = path.replace(/\{(\w+)\}/g, (_whole, name: string) => encode(text(name, undefined)))
    if (chance(0.03))
      target = pick([
        `${target}/`,
        `/${target}`,
        target.replace('/', '//'),
        target.toUpperCase(),
        `${target}/${encode(pick(WEIRD))}`,
      ])
    const query = parameters
      .filter((one) => one.in === 'query' && chance(0.4))
      .map((one) => `${one.name}=${encode(text(one.name, one.schema))}`)
    if (chance(0.05)) query.push(`${encode(pick(WEIRD))}=${encode(pick(WEIRD))}`)
    if (chance(0.03) && query[0]) query.push(query[0])
    const headers: Record<string, string> = {}
    if (chance(0.93)) headers['authorization'] = `Bearer ${pick(tokens)}`
    if (chance(0.3)) headers['x-pd-environment'] = pick(['production', 'development', 'staging', ''])
    if (chance(0.1)) headers['origin'] = pick(['https://app.test', 'null', 'https://evil.test', ''])
    const sentBody = method === 'GET' && chance(0.97) ? undefined : body(operation)
    if (sentBody) headers['content-type'] = sentBody.type
    return {
      method: chance(0.02) ? pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']) : method,
      path: target + (query.length > 0 ? `?${query.join('&')}` : ''),
      headers,
      ...(sentBody && { body: sentBody.bytes }),
    }
  }
}

const asField = (field: unknown) => (typeof field === 'string' ? field : JSON.stringify(field))

function resolve<Node extends { $ref?: string }>(node: Node): Node
function resolve<Node extends { $ref?: string }>(node: Node | undefined): Node | undefined
function resolve<Node extends { $ref?: string }>(node: Node | undefined): Node | undefined {
  if (node?.$ref === undefined) return node
  const steps = node.$ref.replace('#/', '').split('/')
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document) as Node
}
