/** Owns what a developer's id for an end user may be: any text of 1 to 250 characters without control characters (contract 2.C). */
import { Type } from 'typebox'
import { NO_ASCII_CONTROLS } from '../platform/text-patterns.ts'

export const MAX_EXTERNAL_ID_LENGTH = 250

/** Never trimmed, folded or normalised: `u1`, `U1` and `u1 ` are three users. */
export const ExternalId = Type.String({
  minLength: 1,
  maxLength: MAX_EXTERNAL_ID_LENGTH,
  pattern: NO_ASCII_CONTROLS,
})

/** The same rule for an id that arrives in a path, where a breach is simply an unknown user. */
export const isExternalId = (text: string): boolean =>
  text.length > 0 &&
  text.length <= MAX_EXTERNAL_ID_LENGTH &&
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  !/[\u0000-\u001f\u007f]/.test(text) &&
  text.isWellFormed()
