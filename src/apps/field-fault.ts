/** Owns judging one value of an app's field by what the catalogue says of it. */
import type { CatalogApp } from './catalog.ts'

export type Field = CatalogApp['custom_fields'][number]

export const MAX_FIELD_CHARACTERS = 8192

/** Undefined for a value that may be used; an empty one is `undefined`. */
export function fieldFault(
  field: Field,
  value: string | undefined,
): 'missing' | 'too_long' | 'characters' | 'option' | 'form' | undefined {
  if (value === undefined) return field.required ? 'missing' : undefined
  if (value.length > MAX_FIELD_CHARACTERS) return 'too_long'
  if (!isText(value, field.type === 'password')) return 'characters'
  if (field.options && !field.options.includes(value)) return 'option'
  if (field.pattern !== undefined && !new RegExp(`^(?:${field.pattern})$`, 'u').test(value)) return 'form'
  return undefined
}

/** A secret may have line breaks, because a private key has them. */
const isText = (value: string, mayBreak: boolean) =>
  value.isWellFormed() && !/\p{Cc}/u.test(mayBreak ? value.replace(/[\r\n\t]/g, '') : value)
