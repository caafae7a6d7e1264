/** Owns writing HTML: a tagged template that escapes whatever is put into it, unless it is HTML of this same kind. */

declare const brand: unique symbol

/** Made by `html` alone. */
export interface Html {
  readonly markup: string
  readonly [brand]: true
}

type Part = Html | string | number | null | undefined | false | readonly Part[]

/**
 * Values are escaped for text and for attributes in double quotes, so every attribute is written in double quotes.
 * Null, undefined and false leave nothing.
 */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html => {
  let markup = texts[0] ?? ''
  for (const [i, part] of parts.entries()) markup += written(part) + (texts[i + 1] ?? '')
  return { markup } as Html
}

const ESCAPED: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number')
    return String(part).replace(/[&<>"']/g, (c) => ESCAPED[c] ?? '')
  return 'markup' in part ? part.markup : part.map(written).join('')
}
