/** Owns the catalogue's template grammar: reading it, checking its names, filling it in, and doing so safely in a URL. */

import { digestHex } from '../platform/crypto/secrets.ts'
import { BadRequest } from '../platform/errors.ts'

/** What a template may speak of: `custom_fields.x` looks up `x` in `custom_fields`. Null and undefined are unset; '' is a value. */
export interface TemplateContext {
  readonly [name: string]: unknown
}

type FunctionName = 'upper' | 'host' | 'sha256'
export type TemplateTerm =
  | { kind: 'name'; name: string }
  | { kind: 'literal'; text: string }
  | { kind: 'call'; function: FunctionName; of: string; suffix?: string }
export type TemplatePart =
  | { kind: 'text'; text: string }
  /** The first term that is set; if none is, the whole entry is dropped (`optional`) or refused. */
  | { kind: 'value'; terms: TemplateTerm[]; optional: boolean; source: string }

const NAME = '[A-Za-z_]\\w*(?:\\.\\w+)*'
const LITERAL = '"([^"{}]*)"'
const TERM = new RegExp(`^(?:(${NAME})|${LITERAL}|(\\w+)\\(\\s*(${NAME})\\s*(?:,\\s*${LITERAL}\\s*)?\\))$`)

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
  const [, name, literal, called, of, suffix] = TERM.exec(term) ?? []
  if (name !== undefined) return { kind: 'name', name }
  if (literal !== undefined) return { kind: 'literal', text: literal }
  if (of !== undefined && (called === 'upper' || called === 'sha256') && suffix === undefined)
    return { kind: 'call', function: called, of }
  if (of !== undefined && called === 'host')
    return { kind: 'call', function: called, of, ...(suffix === undefined ? {} : { suffix }) }
  throw new BadRequest(`template "${text}": cannot read "${term}"`)
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
  throw new BadRequest(`${part.source} has no value`, { code: 'template_value_missing' })
}

function textOf(term: TemplateTerm, context: TemplateContext): string | undefined {
  if (term.kind === 'literal') return term.text
  const text = lookUp(term.kind === 'name' ? term.name : term.of, context)
  if (text === undefined || term.kind === 'name') return text
  switch (term.function) {
    case 'upper':
      return text.toUpperCase()
    case 'host':
      return hostOf(text, term.suffix)
    case 'sha256':
      return digestHex(text)
  }
}

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
