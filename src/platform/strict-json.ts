/** Owns reading JSON from strangers: what JSON.parse lets through and we do not. */
import { BadRequest } from './errors.ts'

const MAX_DEPTH = 32
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses `text`, refusing duplicate members (the last would win in silence), nesting beyond 32 levels, numbers beyond a double's range,
 * member names that reach prototypes, and texts with unpaired surrogates.
 * @throws BadRequest saying which
 */
export function parseStrictJson(text: string): unknown {
  checkDepth(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new BadRequest('The body is not valid JSON', { code: 'invalid_json', cause })
  }
  checkMembers(text)
  checkValues(value)
  return value
}

function checkDepth(text: string): void {
  let depth = 0
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) i = endOfString(text, i)
    else if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      depth += 1
      if (depth > MAX_DEPTH) throw new BadRequest('The body is nested too deeply', { code: 'invalid_json' })
    } else if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) depth -= 1
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

/** Index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1
  return i
}

/** `text` is known to be valid JSON here, so a string followed by a colon is a member's name. */
function checkMembers(text: string): void {
  const objects: Set<string>[] = []
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i)
    if (c === OPEN_OBJECT) objects.push(new Set())
    else if (c === CLOSE_OBJECT) objects.pop()
    else if (c === QUOTE) {
      const end = endOfString(text, i)
      let next = end + 1
      while (text.charCodeAt(next) <= 0x20) next += 1
      if (text.charCodeAt(next) === COLON) {
        const name = JSON.parse(text.slice(i, end + 1)) as string
        const members = objects.at(-1)
        if (members?.has(name)) throw new BadRequest('The body has a member twice', { code: 'invalid_json' })
        if (FORBIDDEN.has(name))
          throw new BadRequest('The body has a forbidden member name', { code: 'invalid_json' })
        members?.add(name)
      }
      i = end
    }
  }
}

function checkValues(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new BadRequest('The body has a number out of range', { code: 'invalid_json' })
  }
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw new BadRequest('The body has text that is not valid Unicode', { code: 'invalid_json' })
  }
  if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      checkValues(name)
      checkValues(member)
    }
  }
}
