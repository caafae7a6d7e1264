/** Owns which values of an app's users, callbacks and answers may take part in a host name. */

import type { AppDefinition } from './app-definition.ts'

/** Name in a template -> pattern for its whole value. A name that is missing here never names a host. */
export function hostPatterns(app: AppDefinition): Map<string, RegExp> {
  const patterns = new Map<string, RegExp>()
  const callbackAllow = app.oauth?.version === 2 ? app.oauth.callback_allow : {}
  for (const [name, values] of Object.entries(callbackAllow)) {
    patterns.set(`callback.${name}`, oneOf(values))
    // A callback parameter that is kept is the same value, checked when it came in.
    patterns.set(`stored.${name}`, oneOf(values))
  }
  for (const field of app.custom_fields) {
    const pattern = field.options ? oneOf(field.options) : whole(field.pattern)
    if (!pattern) continue
    patterns.set(`custom_fields.${field.name}`, pattern)
    patterns.set(`stored.${field.name}`, pattern)
  }
  return patterns
}

const oneOf = (values: readonly string[]) => new RegExp(`^(?:${values.map(escaped).join('|')})$`)
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
const whole = (pattern: string | undefined) =>
  pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 'u')
