/** Owns percent-encoding in the one form that signatures are made over. */

/** RFC 3986 section 2.3: only letters, digits and `-._~` stay. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
