/** Owns reading an upstream's answer by what it holds, whatever it says it is. */

import { parseJson } from './parse-json.ts'
import { parseXml } from './parse-xml.ts'

/** By content, not by content type: JSON comes as text/html, forms come as text/plain (quirk D2). Undefined: none of them. */
export function parseAnswer(text: string, contentType: string): unknown {
  const body = text.trim()
  if (/^[[{]/.test(body)) return parseJson(body)
  // Not every page that opens with a bracket: an error page in HTML says nothing.
  if (body.startsWith('<?xml') || (body.startsWith('<') && /[/+]xml\b/.test(contentType)))
    return /^\s*<html\b/i.test(body) ? undefined : parseXml(body)
  const isForm = contentType.includes('x-www-form-urlencoded') || /^[\w.-]+=[^\s<>]*$/.test(body)
  return isForm && body !== '' ? Object.fromEntries(new URLSearchParams(body)) : undefined
}
