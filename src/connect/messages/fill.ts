/** Owns putting values into the places of a text. */
import { html, type Html } from '../../platform/html.ts'

const PLACE = /\{(\w+)\}/

/** Each `{name}` becomes its value: text is escaped, HTML of ours stays. A place without a value stays as it is written. */
export function fill(text: string, values: Readonly<Record<string, Html | string | number>>): Html {
  // Odd parts are the names between the braces.
  const parts = text.split(PLACE).map((part, i) => (i % 2 === 0 ? part : (values[part] ?? `{${part}}`)))
  return html`${parts}`
}

/** For titles and the like, where there can be no HTML. */
export const fillText = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
