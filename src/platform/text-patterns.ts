/** Owns what texts in requests may hold: as patterns for schemas, and in words for whoever sent another. */

/** No control characters, and something in it besides spaces. */
export const VISIBLE = '^[^\\S\\p{Cc}]*[^\\s\\p{Cc}][^\\p{Cc}]*$'
export const NO_CONTROLS = '^[^\\p{Cc}]*$'
/** As the original's external ids: C1 controls may be in them. */
export const NO_ASCII_CONTROLS = '^[^\\u0000-\\u001f\\u007f]+$'
export const NO_SPACES = '^[^\\s\\p{Cc}]+$'
/** What a database cannot hold; anything else is looked for and not found. */
export const NO_NUL = '^[^\\u0000]*$'
export const EMAIL = '^[^\\s\\p{Cc}@<>"]+@[^\\s\\p{Cc}@<>"]+$'
/** Of no more digits than a sane one has. */
export const WHOLE_NUMBER = '^[0-9]{1,9}$'
export const SHA256_HEX = '^[0-9A-Fa-f]{64}$'

const words: Record<string, string> = {
  [VISIBLE]: 'must not be blank or hold control characters such as line breaks',
  [NO_CONTROLS]: 'must not hold control characters such as line breaks',
  [NO_ASCII_CONTROLS]: 'must not hold control characters such as line breaks',
  [NO_SPACES]: 'must not hold spaces or control characters',
  [NO_NUL]: 'must not hold the character U+0000',
  [EMAIL]: 'must be an e-mail address',
  [WHOLE_NUMBER]: 'must be a whole number',
  [SHA256_HEX]: 'must be 64 hexadecimal digits',
}

export const wordsOfPattern = (pattern: string): string =>
  words[pattern] ?? `is not of the form it must have (${pattern})`
