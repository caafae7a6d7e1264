/** Owns refusing headers that must not come twice: Node would silently take the first. */
import { BadRequest } from '../platform/errors.ts'

const ONCE = new Set(['authorization', 'host', 'origin', 'content-type', 'content-length'])

/** `rawHeaders` alternates names and values as received. @throws BadRequest */
export function checkHeaders(rawHeaders: readonly string[]): void {
  let seen = ''
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    if (!ONCE.has(name)) continue
    if (seen.includes(`${name};`)) {
      throw new BadRequest(`The ${name} header is there twice`, {
        code: 'invalid_request',
        headers:
          name === 'authorization'
            ? { 'www-authenticate': 'Bearer realm="headgate", error="invalid_request"' }
            : {},
      })
    }
    seen += `${name};`
  }
}
