/** Owns judging what a person typed into an app's fields, by what the catalogue says of them. */
import type { CatalogApp } from '../apps/catalog.ts'
import { ConnectError } from './connect-errors.ts'

const MAX_FIELD_CHARACTERS = 8192

type Field = CatalogApp['custom_fields'][number]

/** The fields that a person fills in; the others come from the provider. */
export const askedFields = (app: CatalogApp): Field[] =>
  app.custom_fields.filter(({ source }) => source === 'user')

/**
 * Returns the values to keep: those given, and the defaults of those left empty.
 * @throws ConnectError `field_invalid` naming each field at fault, never its value
 */
export function checkFields(
  app: CatalogApp,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const fields = askedFields(app)
  const faults: Record<string, string> = {}
  const values: Record<string, string> = {}
  for (const name of Object.keys(given))
    if (!fields.some((field) => field.name === name)) faults[name] = 'This field does not exist for this app.'
  for (const field of fields) {
    const value = (Object.hasOwn(given, field.name) && given[field.name]) || field.default
    const fault = faultOf(field, value)
    if (fault !== undefined) faults[field.name] = fault
    else if (value !== undefined) values[field.name] = value
  }
  if (Object.keys(faults).length > 0) throw new ConnectError('field_invalid', { fields: faults })
  return values
}

function faultOf(field: Field, value: string | undefined): string | undefined {
  if (value === undefined) return field.required ? 'Please fill this in.' : undefined
  if (value.length > MAX_FIELD_CHARACTERS) return `This is longer than ${MAX_FIELD_CHARACTERS} characters.`
  if (!isText(value, field.type === 'password')) return 'This contains characters that cannot be used.'
  if (field.options && !field.options.includes(value)) return 'Please choose one of the options.'
  if (field.pattern !== undefined && !new RegExp(`^(?:${field.pattern})$`, 'u').test(value))
    return 'This does not have the right form.'
  return undefined
}

/** A secret may have line breaks, because a private key has them. */
const isText = (value: string, mayBreak: boolean) =>
  value.isWellFormed() && !/\p{Cc}/u.test(mayBreak ? value.replace(/[\r\n\t]/g, '') : value)
