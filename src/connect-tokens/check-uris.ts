/** Owns what a developer may hand us as an address: origins, redirect targets, webhook targets. Judged once, kept byte for byte. */
import type { App } from '../app.ts'
import { BadRequest } from '../platform/errors.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

const refuse = (name: string, says: string): never => {
  throw new BadRequest(`${name} ${says}`, { code: 'invalid_parameter' })
}

/** Absolute https (http for loopback hosts only), no user, fragment, control character or backslash. @throws BadRequest */
export function checkRedirectUri(name: string, text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this refuses
  if (/[\u0000-\u0020\u007f\\]/.test(text)) refuse(name, 'has a space, a control character or a backslash')
  const url = URL.parse(text)
  if (!url || !/^https?:\/\//i.test(text)) return refuse(name, 'must be an absolute https URL')
  if (url.protocol !== 'https:' && !LOOPBACK.has(url.hostname)) {
    refuse(name, 'must be https (http is for loopback addresses only)')
  }
  if (url.username || url.password) refuse(name, 'must not hold a user or password')
  if (url.hash || text.includes('#')) refuse(name, 'must not have a fragment')
  return text
}

/** As a redirect target, and not a private address unless the operator's egress list says so; checked again when it is called. @throws BadRequest */
export function checkWebhookUri(app: Pick<App, 'egress'>, name: string, text: string): string {
  checkRedirectUri(name, text)
  try {
    app.egress.checkTarget(new URL(text))
  } catch (cause) {
    throw new BadRequest(
      `${name} must be https and not a private address, unless HEADGATE_EGRESS_ALLOW names it`,
      {
        code: 'invalid_parameter',
        cause,
      },
    )
  }
  return text
}

/** Serialised origins without wildcards; a trailing slash is dropped, case and default port are normalised. @throws BadRequest */
export function checkAllowedOrigins(origins: readonly string[]): string[] {
  return origins.map((text) => {
    const url = /^https?:\/\/[^\s/\\?#@*]+\/?$/i.test(text) ? URL.parse(text) : null
    if (!url) return refuse('allowed_origins', 'must hold origins only, such as https://app.example.com')
    return url.origin
  })
}
