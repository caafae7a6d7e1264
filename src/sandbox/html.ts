/** Owns writing HTML: every value put into the template is escaped, unless it was written by the template itself. */

/** Markup that is safe to send; only `html` makes it. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = string | Markup | readonly Markup[]

/** A template tag: texts are escaped for elements and for quoted attributes, markup stays as it is. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(parts.map((part, i) => part + written(values[i] ?? '')).join(''))
}

function written(value: Value): string {
  if (value instanceof Markup) return value.text
  return typeof value === 'string' ? escaped(value) : value.map(({ text }) => text).join('')
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
