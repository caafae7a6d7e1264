/** Owns filling a template into a URL: nobody's value may choose the host, leave its path segment or add a parameter. */

import { BadRequest } from '../platform/errors.ts'
import type { RenderedValue, TemplateContext, TemplatePart } from './template.ts'
import { parseTemplate, valueOf } from './template.ts'

export interface RenderUrlOptions {
  /** Name in the template -> pattern that the whole value must match before it may name a host. See `hostPatterns`. */
  hostPatterns: ReadonlyMap<string, RegExp>
  /** Only for apps marked `sandbox`. */
  allowHttp?: boolean
}

/** Written by the catalogue itself, not by a user, a callback or an answer. */
const TRUSTED = /^(?:mapped|settings)\./
const HOST_CHARACTERS = /^[A-Za-z0-9._-]*$/
/** Of somebody's own server. Only where the value is the end of the authority, or what follows would become part of the path. */
const PORT_AND_PATH = '(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*'
const WHOLE_AUTHORITY = new RegExp(`^[A-Za-z0-9._-]+${PORT_AND_PATH}$`)
const ORIGIN = new RegExp(`^https?://[A-Za-z0-9._-]+(?::[0-9]{1,5})?$`)
const BASE = new RegExp(`^https?://[A-Za-z0-9._-]+${PORT_AND_PATH}$`)

type Place = 'start' | 'host' | 'path' | 'query' | 'fragment'

/**
 * Fills in an absolute URL, or a path that starts with `/`. Values in path, query and fragment are percent-encoded; a value in
 * the host consists of letters, digits, dots, hyphens and underscores and matches its pattern; a value that stands first is an
 * origin (`https://host`) and matches its pattern. A value that ends the host may bring a port and a path, if its pattern lets it.
 * @throws BadRequest naming the template's name at fault, never its value
 */
export function renderUrl(template: string, context: TemplateContext, options: RenderUrlOptions): string {
  let out = ''
  let place: Place = 'start'
  const parts = parseTemplate(template)
  for (const [i, part] of parts.entries()) {
    if (part.kind === 'text') {
      out += part.text
      place = placeAfter(out)
      continue
    }
    const value = valueOf(part, context)
    if (value === undefined)
      throw new BadRequest(`${part.source} has no value, and a URL cannot do without it`)
    if (place === 'start' || place === 'host') {
      const isFirst = place === 'start' || out.endsWith('://')
      requireHostValue(value, part.source, { place, isWhole: isFirst && endsHost(parts[i + 1]) }, options)
      out += value.text
      place = placeAfter(out)
    } else out += encoded(value.text, place)
  }
  return requireSoundUrl(out, template, options)
}

/** @returns the names whose values take part in the host, less those the catalogue itself provides */
export function hostNames(template: string): string[] {
  const names: string[] = []
  let before = ''
  let place: Place = 'start'
  for (const part of parseTemplate(template)) {
    if (part.kind === 'text') {
      before += part.text
      place = placeAfter(before)
      continue
    }
    if (place !== 'start' && place !== 'host') continue
    for (const term of part.terms)
      if (term.kind !== 'literal') names.push(term.kind === 'name' ? term.name : term.of)
    before += place === 'start' ? 'https://value' : 'value'
    place = 'host'
  }
  return names.filter((name) => !TRUSTED.test(name))
}

/** Where the next character of a half-built URL stands. */
function placeAfter(url: string): Place {
  if (url.includes('#')) return 'fragment'
  if (url.includes('?')) return 'query'
  const authority = /^[a-z]+:\/\/([^/]*)(\/?)/i.exec(url)
  if (authority) return authority[2] === '/' ? 'path' : 'host'
  return url.startsWith('/') ? 'path' : 'start'
}

/** RFC 3986 section 3.3 allows `:` and `@` in a path, and Telegram writes its token with a bare colon. */
const encoded = (text: string, place: Place) =>
  place === 'path'
    ? encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%40', '@')
    : encodeURIComponent(text)

const endsHost = (next: TemplatePart | undefined) =>
  next === undefined || (next.kind === 'text' && next.text.startsWith('/'))

function requireHostValue(
  value: RenderedValue,
  source: string,
  { place, isWhole }: { place: Place; isWhole: boolean },
  options: RenderUrlOptions,
): void {
  const { term, text } = value
  const [part, whole] = place === 'start' ? [ORIGIN, BASE] : [HOST_CHARACTERS, WHOLE_AUTHORITY]
  const allowed = isWhole ? whole : part
  if (!allowed.test(text)) {
    const wanted = place === 'start' ? 'an origin such as https://host' : 'part of a host name'
    throw new BadRequest(`{{${source}}} must be ${wanted}, and its value is not`, { code: 'bad_host' })
  }
  if (term.kind === 'literal') return
  const name = term.kind === 'name' ? term.name : term.of
  if (TRUSTED.test(name)) return
  if (!options.hostPatterns.get(name)?.test(text))
    throw new BadRequest(`the value of ${name} may not name a host here`, { code: 'bad_host' })
}

function requireSoundUrl(url: string, template: string, options: RenderUrlOptions): string {
  const path = url.replace(/[?#].*$/s, '')
  if (path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)))
    throw new BadRequest(`the URL from "${template}" would climb out of its path`, { code: 'bad_url' })
  if (url.startsWith('/') && !url.startsWith('//')) return url
  const parsed = URL.parse(url)
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1]?.toLowerCase()
  const schemeIsRight =
    parsed?.protocol === 'https:' || (options.allowHttp === true && parsed?.protocol === 'http:')
  // What we read as the host is what the parser reads: no IP address in disguise, no user name, no other spelling.
  if (!parsed || !schemeIsRight || !authority || authority.replace(/:\d+$/, '') !== parsed.hostname)
    throw new BadRequest(`"${template}" does not give a sound ${options.allowHttp ? '' : 'https '}URL`, {
      code: 'bad_url',
    })
  return url
}
