/** What providers answer to a refresh token that has ended, as their pages or those who met it say: the account is to be connected again, not the client to be mended. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readTokenAnswer } from '../upstream/token-answer.ts'
import { TokenRequestFailed } from '../upstream/token-request-failed.ts'
import { oauth2Of } from '../upstream/upstream-context.ts'
import { loadCatalog } from './catalog.ts'

const answers: Record<string, [status: number, body: unknown]> = {
  confluence: [403, { error: 'unauthorized_client', error_description: 'refresh_token is invalid' }],
  facebook_pages: [400, { error: { message: 'Expired', type: 'OAuthException', code: 190 } }],
  github: [200, { error: 'bad_refresh_token', error_description: 'The refresh token is incorrect.' }],
  google_drive: [400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }],
  hubspot: [400, { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' }],
  jira: [403, { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }],
  pipedrive: [400, { success: false, message: 'Invalid grant: refresh_token is invalid' }],
  servicenow: [401, { error: 'server_error', error_description: 'access_denied' }],
  reddit: [400, { message: 'Bad Request', error: 400 }],
  slack_v2: [200, { ok: false, error: 'invalid_refresh_token' }],
  square: [401, { message: 'Invalid refresh token', type: 'service.not_authorized' }],
  twitch: [400, { error: 'Bad Request', status: 400, message: 'Invalid refresh token' }],
  twitter: [400, { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' }],
  zoho_crm: [200, { error: 'invalid_code' }],
  zoom: [400, { reason: 'Invalid Token!', error: 'invalid_grant' }],
}

test('F7, D1: a refresh token that has ended is told from a client that is wrong, at each provider in its own words', async () => {
  const { catalog } = await loadCatalog({ builtInDir: join(import.meta.dirname, '../../catalog/apps') })
  for (const [slug, [status, body]] of Object.entries(answers)) {
    const app = catalog.find(slug)
    assert.ok(app, slug)
    const { token_response, refresh_response, lifecycle } = oauth2Of(app)
    const kindOf = (answered: number, said: unknown) => {
      try {
        readTokenAnswer({
          host: 'provider.example',
          status: answered,
          contentType: 'application/json',
          text: JSON.stringify(said),
          response: refresh_response ?? token_response,
          lifecycle,
          scopeSeparator: ' ',
          scopes: null,
          now: 0,
          secrets: [],
        })
      } catch (error) {
        assert.ok(error instanceof TokenRequestFailed, String(error))
        return error.kind
      }
      return 'no failure'
    }
    assert.equal(kindOf(status, body), 'permanent', slug)
    assert.equal(kindOf(401, { error: 'invalid_client' }), 'configuration', slug)
    assert.equal(kindOf(503, body), 'transient', slug)
  }
})
