/** Owns the catalogue's template grammar: reading it, checking its names, filling it in, and doing so safely in a URL. */

import { digestHex } from '../platform/crypto/secrets.ts'
import { BadRequest } from '../platform/errors.ts'
import { readPath, textOf as pathText } from './answer-path.ts'
import { parseJson } from './parse-json.ts'

/** What a template may speak of: `custom_fields.x` looks up `x` in `custom_fields`. Null and undefined are unset; '' is a value. */
export interface TemplateContext {
  readonly [name: string]: unknown
}

/** Function -> whether it takes a second argument, a literal. */
const FUNCTIONS = {
  upper: 'no',
  sha256: 'no',
  host: 'may',
  before: 'must',
  after: 'must',
  json: 'must',
} as const
interface Call {
  function: keyof typeof FUNCTIONS
  argument?: string
}
export type TemplateTerm =
  | { kind: 'name'; name: string }
  | { kind: 'literal'; text: string }
  /** `calls` from the inside out. */
  | { kind: 'call'; of: string; calls: Call[] }
export type TemplatePart =
  | { kind: 'text'; text: string }
  /** The first term that is set; if none is, the whole entry is dropped (`optional`) or refused. */
  | { kind: 'value'; terms: TemplateTerm[]; optional: boolean; source: string }

const NAME = '[A-Za-z_]\\w*(?:\\.\\w+)*'
const LITERAL = '"([^"{}]*)"'
const TERM = new RegExp(`^(?:(${NAME})|${LITERAL}|(\\w+)\\((.+?)(?:,\\s*${LITERAL}\\s*)?\\))$`)

const parsed = new Map<string, TemplatePart[]>()

/**
 * @returns the pieces of a template, in order
 * @throws BadRequest on text outside the grammar (apps catalogue, section "Templates" of docs/adding-an-app.md)
 */
export function parseTemplate(text: string): TemplatePart[] {
  const known = parsed.get(text)
  if (known) return known
  const parts: TemplatePart[] = []
  let rest = text
  for (let open = rest.indexOf('{{'); open !== -1; open = rest.indexOf('{{')) {
    const close = rest.indexOf('}}', open)
    if (close === -1) throw new BadRequest(`template "${text}": {{ without }}`)
    if (open > 0) parts.push({ kind: 'text', text: rest.slice(0, open) })
    parts.push(parseValue(rest.slice(open + 2, close).trim(), text))
    rest = rest.slice(close + 2)
  }
  if (rest !== '') parts.push({ kind: 'text', text: rest })
  // Catalogue texts only, a few thousand at most: nothing a caller sends is ever a template.
  parsed.set(text, parts)
  return parts
}

function parseValue(source: string, text: string): TemplatePart {
  const optional = source.endsWith('?') && !source.endsWith('??')
  const terms = (optional ? source.slice(0, -1) : source)
    .split('??')
    .map((term) => parseTerm(term.trim(), text))
  return { kind: 'value', terms, optional, source }
}

function parseTerm(term: string, text: string): TemplateTerm {
  const [, name, literal, called, inner, argument] = TERM.exec(term) ?? []
  if (name !== undefined) return { kind: 'name', name }
  if (literal !== undefined) return { kind: 'literal', text: literal }
  const taken =
    called !== undefined && Object.hasOwn(FUNCTIONS, called)
      ? FUNCTIONS[called as Call['function']]
      : undefined
  const isRight = argument === undefined ? taken !== 'must' : taken !== 'no'
  const of = inner === undefined ? undefined : parseTerm(inner.trim(), text)
  if (taken === undefined || !isRight || of === undefined || of.kind === 'literal')
    throw new BadRequest(`template "${text}": cannot read "${term}"`)
  const call: Call = {
    function: called as Call['function'],
    ...(argument === undefined ? {} : { argument }),
  }
  return of.kind === 'name'
    ? { kind: 'call', of: of.name, calls: [call] }
    : { ...of, calls: [...of.calls, call] }
}

/** @returns every name a template speaks of, for the check at load. @throws BadRequest as `parseTemplate` */
export function templateNames(text: string): string[] {
  return parseTemplate(text).flatMap((part) => (part.kind === 'text' ? [] : part.terms.flatMap(namesOfTerm)))
}

function namesOfTerm(term: TemplateTerm): string[] {
  if (term.kind === 'literal') return []
  return [term.kind === 'name' ? term.name : term.of]
}

/**
 * Fills a template in, without any encoding. For URLs use `renderUrl`.
 * @returns undefined when `{{x?}}` is unset: leave the whole entry out
 * @throws BadRequest when a name without `?` is unset
 */
export function renderTemplate(text: string, context: TemplateContext): string | undefined {
  let out = ''
  for (const part of parseTemplate(text)) {
    const piece = part.kind === 'text' ? part.text : valueOf(part, context)?.text
    if (piece === undefined) return undefined
    out += piece
  }
  return out
}

/** Fills every entry in and leaves the dropped ones out. @throws BadRequest as `renderTemplate` */
export function renderEntries(
  entries: Readonly<Record<string, string>>,
  context: TemplateContext,
): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, text] of Object.entries(entries)) {
    const value = renderTemplate(text, context)
    if (value !== undefined) out[name] = value
  }
  return out
}

export interface RenderedValue {
  text: string
  /** The term that gave the value. */
  term: TemplateTerm
}

/** @returns undefined when no term is set and the entry is to be dropped */
export function valueOf(
  part: Extract<TemplatePart, { kind: 'value' }>,
  context: TemplateContext,
): RenderedValue | undefined {
  for (const term of part.terms) {
    const text = textOf(term, context)
    if (text !== undefined) return { text, term }
  }
  if (part.optional) return undefined
  const isThere = part.terms.some((term) => term.kind === 'call' && lookUp(term.of, context) !== undefined)
  // A field that was left out, or one that was filled with something else than what the app needs.
  throw isThere
    ? new BadRequest(`${part.source} cannot be read out of its field`, { code: 'template_value_unusable' })
    : new BadRequest(`${part.source} has no value`, { code: 'template_value_missing' })
}

function textOf(term: TemplateTerm, context: TemplateContext): string | undefined {
  if (term.kind === 'literal') return term.text
  const text = lookUp(term.kind === 'name' ? term.name : term.of, context)
  if (text === undefined || term.kind === 'name') return text
  return term.calls.reduce<string | undefined>(
    (value, call) => (value === undefined ? undefined : applied(call, value)),
    text,
  )
}

/** Undefined when there is no such part. */
function applied({ function: called, argument = '' }: Call, text: string): string | undefined {
  const at = text.indexOf(argument)
  switch (called) {
    case 'upper':
      return text.toUpperCase()
    case 'host':
      return hostOf(text, argument === '' ? undefined : argument)
    case 'sha256':
      return digestHex(text)
    // Without the separator the whole text is what stands before it, and nothing is what comes after.
    case 'before':
      return at < 0 ? text : text.slice(0, at)
    case 'after':
      return at < 0 ? undefined : text.slice(at + argument.length)
    case 'json':
      return textAt(readPath(parseJson(text), argument))
  }
}

const textAt = (value: unknown) => (typeof value === 'object' ? undefined : pathText(value))

function lookUp(name: string, context: TemplateContext): string | undefined {
  let value: unknown = context
  for (const key of name.split('.')) {
    // Own properties only: no name of the catalogue reaches a prototype.
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value)
  throw new BadRequest(`${name} is not a text`)
}

/** People paste whole addresses: keeps the host, and completes a bare first label with the suffix. */
function hostOf(text: string, suffix: string | undefined): string {
  const host = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '')
  return suffix === undefined || host.includes('.') ? host : `${host}.${suffix}`
}
