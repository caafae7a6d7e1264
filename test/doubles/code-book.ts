/** Owns what every authorization server does with codes (RFC 6749 section 4.1.2, RFC 7636 section 4.6): bound, used once, checked. */
import { createHash } from 'node:crypto'

interface Written<Grant> {
  challenge: string | null
  redirectUri: string | null
  grant: Grant
}

export interface CodeBook<Grant> {
  /** The browser's way back from a consent screen that was left with Allow. */
  allow(authorize: URL, grant: Grant, code?: string): URL
  /** The way back with an error. */
  deny(authorize: URL, error: Record<string, string>): URL
  /** What was granted; undefined for a code that is unknown, used, another redirect address's, or another verifier's. */
  redeem(members: { code?: unknown; redirect_uri?: unknown; code_verifier?: unknown }): Grant | undefined
}

export interface CodeRules {
  /** The provider ignores PKCE; it is then neither kept nor checked. */
  ignoresPkce?: boolean
  /** The token request has no redirect address. */
  withoutRedirectUri?: boolean
}

export function codeBook<Grant>({
  ignoresPkce = false,
  withoutRedirectUri = false,
}: CodeRules = {}): CodeBook<Grant> {
  const codes = new Map<string, Written<Grant>>()
  let count = 0
  const back = (authorize: URL, members: Record<string, string>) => {
    const url = new URL(authorize.searchParams.get('redirect_uri') ?? '')
    const state = authorize.searchParams.get('state')
    for (const [name, value] of Object.entries({ ...members, ...(state === null ? {} : { state }) }))
      url.searchParams.set(name, value)
    return url
  }
  return {
    allow(authorize, grant, code = `code-${(count += 1)}`) {
      const { searchParams: ask } = authorize
      codes.set(code, {
        challenge: ignoresPkce ? null : ask.get('code_challenge'),
        redirectUri: ask.get('redirect_uri'),
        grant,
      })
      return back(authorize, { code })
    },
    deny: back,
    redeem({ code, redirect_uri, code_verifier }) {
      const known = typeof code === 'string' ? codes.get(code) : undefined
      if (!known) return undefined
      codes.delete(code as string)
      if (!withoutRedirectUri && known.redirectUri !== redirect_uri) return undefined
      if (known.challenge === null) return known.grant
      const verifier = typeof code_verifier === 'string' ? code_verifier : ''
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      return challenge === known.challenge ? known.grant : undefined
    },
  }
}

/** Its members as an object, so that forms and JSON are read alike. */
export const formMembers = (form: URLSearchParams): Record<string, string> => Object.fromEntries(form)
