/** Owns judging what an upstream says in place of a person: a value of its own must have the form that the field asks of anybody. */

import type { AppDefinition } from './app-definition.ts'
import { hostPatterns } from './host-patterns.ts'

/** Name of the first value whose field has a pattern, or options, that it does not meet; undefined when all are fit. Empty values are none. */
export function unfitField(app: AppDefinition, values: Readonly<Record<string, string>>): string | undefined {
  const patterns = hostPatterns(app)
  return Object.keys(values).find((name) => {
    const pattern = patterns.get(`custom_fields.${name}`)
    return values[name] !== '' && pattern?.test(values[name] ?? '') === false
  })
}
