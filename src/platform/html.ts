/** Owns writing HTML: a tagged template that escapes whatever is put into it, unless it is HTML of this same kind. */

/** Made by `html` alone. A class, so that nothing parsed from a request can pass for it. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[]

/**
 * Values are escaped for text and for attributes in double quotes, so every attribute is written in double quotes.
 * Null, undefined and false leave nothing.
 */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html => {
  let markup = texts[0] ?? ''
  for (const [i, part] of parts.entries()) markup += written(part) + (texts[i + 1] ?? '')
  return new Html(markup)
}

const ESCAPED: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and for attributes in double quotes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPED[c] ?? '')

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (part instanceof Html) return part.markup
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  // Only a type error gets past the list: what is no list has no `map`, and leaves nothing.
  return Array.isArray(part) ? part.map(written).join('') : ''
}
