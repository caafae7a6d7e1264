/** Owns filling in the members of a body: templates become texts, numbers and truth values stay what they are. */

import { renderTemplate, type TemplateContext } from './template.ts'

export type BodyValue = string | number | boolean

/** Leaves dropped entries out. @throws BadRequest as `renderTemplate` */
export function renderValues(
  entries: Readonly<Record<string, BodyValue>>,
  context: TemplateContext,
): Record<string, BodyValue> {
  const out: Record<string, BodyValue> = {}
  for (const [name, given] of Object.entries(entries)) {
    const value = typeof given === 'string' ? renderTemplate(given, context) : given
    if (value !== undefined) out[name] = value
  }
  return out
}

/** For a form or a query, which know only texts. */
export const asTexts = (values: Readonly<Record<string, BodyValue>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
