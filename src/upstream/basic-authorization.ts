/** Owns the HTTP Basic header. */

/** RFC 7617, in UTF-8. For an OAuth client, RFC 6749 section 2.3.1 wants both halves form-encoded before. */
export const basicAuthorization = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
