/**
 * GitHub as a double, from docs.github.com: "Authorizing OAuth apps", "REST API endpoints for OAuth authorizations", "Generating a user access
 * token for a GitHub App", "Refreshing user access tokens".
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { basicOf, bearerOf, type Double, type DoubleAnswer } from './double.ts'

export const client = {
  client_id: 'Iv1.b507a08c87ecfe98',
  client_secret: 'github-client-secret-0123456789abcdef',
}
export const EIGHT_HOURS = 28_800
export const SIX_MONTHS = 15_811_200

interface GitHubOptions {
  /** A GitHub App whose user tokens expire, instead of an OAuth app whose tokens do not. */
  expiring?: boolean
}

export function github({ expiring = false }: GitHubOptions = {}) {
  const codes = new Map<string, { challenge: string | null; redirectUri: string; scope: string }>()
  const tokens = new Map<string, string>()
  const refreshTokens = new Set<string>()
  let minted = 0
  const revoked: string[] = []

  const issue = (scope: string, accept: string | undefined): DoubleAnswer => {
    minted += 1
    const access = `${expiring ? 'ghu' : 'gho'}_${String(minted).padStart(36, '0')}`
    tokens.set(access, scope)
    const refresh = `ghr_${minted}`
    if (expiring) refreshTokens.add(refresh)
    const fields: Record<string, string | number> = {
      access_token: access,
      scope: expiring ? '' : scope,
      token_type: 'bearer',
      ...(expiring
        ? { expires_in: EIGHT_HOURS, refresh_token: refresh, refresh_token_expires_in: SIX_MONTHS }
        : {}),
    }
    return shaped(fields, accept)
  }

  const double: Double = {
    origins: ['https://github.com', 'https://api.github.com'],
    consent(url, { deny, grant }) {
      assert.equal(url.origin + url.pathname, 'https://github.com/login/oauth/authorize')
      const ask = url.searchParams
      assert.equal(ask.get('client_id'), client.client_id)
      const callback = new URL(ask.get('redirect_uri') ?? '')
      callback.searchParams.set('state', ask.get('state') ?? '')
      if (deny) {
        callback.searchParams.set('error', 'access_denied')
        callback.searchParams.set('error_description', 'The user has denied your application access.')
        return callback
      }
      assert.equal(ask.get('code_challenge_method'), 'S256')
      const code = `code${codes.size}`
      // Scopes are parted by spaces when asked for, and by commas in the answer.
      const scope = (grant ?? (ask.get('scope') ?? '').split(' ')).join(',')
      codes.set(code, {
        challenge: ask.get('code_challenge'),
        redirectUri: ask.get('redirect_uri') ?? '',
        scope,
      })
      callback.searchParams.set('code', code)
      return callback
    },
    answer({ method, url, headers, form, json }) {
      if (url.href === 'https://github.com/login/oauth/access_token' && method === 'POST') {
        const accept = headers['accept']
        if (form.get('client_id') !== client.client_id || form.get('client_secret') !== client.client_secret)
          return shaped({ error: 'incorrect_client_credentials' }, accept)
        if (form.get('grant_type') === 'refresh_token') {
          const refresh = form.get('refresh_token') ?? ''
          if (!refreshTokens.delete(refresh)) return shaped({ error: 'bad_refresh_token' }, accept)
          return issue('', accept)
        }
        const known = codes.get(form.get('code') ?? '')
        codes.delete(form.get('code') ?? '')
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url')
        if (!known || known.challenge !== challenge) return shaped({ error: 'bad_verification_code' }, accept)
        if (known.redirectUri !== form.get('redirect_uri'))
          return shaped({ error: 'redirect_uri_mismatch' }, accept)
        return issue(known.scope, accept)
      }
      if (url.host !== 'api.github.com') return { status: 404 }
      if (!headers['user-agent']) return { status: 403, body: 'Request forbidden by administrative rules.' }
      if (url.pathname === `/applications/${client.client_id}/grant` && method === 'DELETE') {
        if (basicOf(headers['authorization']) !== `${client.client_id}:${client.client_secret}`)
          return { status: 404 }
        const { access_token: access = '' } = (json ?? {}) as { access_token?: string }
        if (!tokens.delete(access)) return { status: 422, body: { message: 'Validation Failed' } }
        revoked.push(access)
        return { status: 204 }
      }
      if (!tokens.has(bearerOf(headers['authorization']) ?? ''))
        return { status: 401, body: { message: 'Bad credentials' } }
      if (url.pathname === '/user') return { status: 200, body: { login: 'octocat', id: 583231, name: null } }
      if (url.pathname === '/headers') return { status: 200, body: headers }
      return { status: 404, body: { message: 'Not Found' } }
    },
  }
  return { double, revoked, endToken: (access: string) => tokens.delete(access) }
}

/** Form-encoded unless JSON is asked for; errors come with 200. */
const shaped = (fields: Record<string, string | number>, accept: string | undefined): DoubleAnswer =>
  accept === 'application/json'
    ? { status: 200, body: fields }
    : {
        status: 200,
        body: new URLSearchParams(
          Object.entries(fields).map(([k, v]): [string, string] => [k, String(v)]),
        ).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      }
