/** Owns adding parameters to a URL that may have some. */

/** A new URL; a parameter of the same name is replaced, also where it was there twice. */
export function withQuery(url: URL | string, parameters: Readonly<Record<string, string>>): URL {
  const whole = new URL(url)
  for (const [name, value] of Object.entries(parameters)) whole.searchParams.set(name, value)
  return whole
}
