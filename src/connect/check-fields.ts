/** Owns judging what a person typed into an app's fields, by what the catalogue says of them. */
import type { CatalogApp } from '../apps/catalog.ts'
import { type Field, fieldFault } from '../apps/field-fault.ts'
import { ConnectError, type FieldFault } from './connect-errors.ts'

type Values = Readonly<Record<string, string>>

/** The fields that a person fills in: not those that come from the provider, nor those that an app override presets. */
export const askedFields = (app: CatalogApp, preset: Values = {}): Field[] =>
  app.custom_fields.filter(({ name, source }) => source === 'user' && !Object.hasOwn(preset, name))

/**
 * Returns the values to keep: those given, the defaults of those left empty, and those that are preset. What is copied often has blanks around
 * it, which are no part of it; only a database's password may begin or end with one.
 * @throws ConnectError `field_invalid` naming each field at fault, never its value
 */
export function checkFields(app: CatalogApp, given: Values, preset: Values = {}): Record<string, string> {
  const fields = askedFields(app)
  const typed = askedFields(app, preset)
  const faults: Record<string, FieldFault> = {}
  const values: Record<string, string> = {}
  for (const name of Object.keys(given))
    if (!typed.some((field) => field.name === name)) faults[name] = 'unknown'
  for (const field of fields) {
    const from = Object.hasOwn(preset, field.name) ? preset : given
    const text = Object.hasOwn(from, field.name) ? from[field.name] : undefined
    const value = (app.proxy.enabled ? text?.trim() : text) || field.default
    const fault = fieldFault(field, value)
    if (fault !== undefined) faults[field.name] = fault
    else if (value !== undefined) values[field.name] = value
  }
  if (Object.keys(faults).length > 0) throw new ConnectError('field_invalid', { faults })
  return values
}
