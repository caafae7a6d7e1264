/** Owns what an account's custom fields give a template: the values with their defaults, and what options map to. */

import type { AppDefinition } from './app-definition.ts'

export interface FieldValues {
  custom_fields: Record<string, string>
  mapped: Record<string, string>
  settings: Readonly<Record<string, string>>
}

/** The part of a template context that the app and the account's custom fields decide; spread the rest beside it. */
export function fieldValues(app: AppDefinition, given: Readonly<Record<string, string>>): FieldValues {
  const custom_fields: Record<string, string> = {}
  const mapped: Record<string, string> = {}
  for (const field of app.custom_fields) {
    const value = (Object.hasOwn(given, field.name) ? given[field.name] : undefined) ?? field.default
    if (value === undefined) continue
    custom_fields[field.name] = value
    for (const [name, texts] of Object.entries(field.maps_to)) {
      const text = Object.hasOwn(texts, value) ? texts[value] : undefined
      if (text !== undefined) mapped[name] = text
    }
  }
  return { custom_fields, mapped, settings: app.settings }
}
