/** Owns the address of the sandbox provider, in the one spelling that URLs have. */

/** The public URL as the URL parser writes it, without a trailing slash. */
export const publicBase = (publicUrl: string): string => new URL(publicUrl).href.replace(/\/+$/, '')

/** Where the sandbox provider lives, and its issuer name (RFC 9207). */
export const sandboxAddress = (publicUrl: string): string => `${publicBase(publicUrl)}/sandbox`
