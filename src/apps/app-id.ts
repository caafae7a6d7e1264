/** Owns the ids of apps and categories: the same on every machine, because they come from the name alone. */

export type AppId = `app_${string}`
export type AppCategoryId = `appcat_${string}`

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** FNV-1a, 64 bits, written in base 62: eleven characters. No secret depends on it; the catalogue refuses two alike. */
function shortHash(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  let out = ''
  for (let place = 0; place < 11; place++) {
    out = DIGITS[Number(hash % 62n)] + out
    hash /= 62n
  }
  return out
}

export const appIdOf = (slug: string): AppId => `app_${shortHash(slug)}`
export const appCategoryIdOf = (name: string): AppCategoryId => `appcat_${shortHash(name)}`
