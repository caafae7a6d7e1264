/** The sandbox's two apps are sound in the catalogue's eyes, and ask for consent as the sandbox wants it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadCatalog } from '../apps/catalog.ts'
import { codeChallengeOf } from '../platform/crypto/secrets.ts'
import { buildAuthorizeUrl } from '../upstream/authorize-url.ts'
import { checkAuthorizeRequest } from './authorize-request.ts'
import { sandboxApps } from './sandbox-apps.ts'
import { SANDBOX_CLIENT_ID } from './sandbox-client.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

const builtInDir = join(import.meta.dirname, '../../catalog/apps')
const ADDRESSES = ['http://localhost:3000', 'http://127.0.0.1:8080', 'https://Connect.Example.com/gate/']

for (const publicUrl of ADDRESSES) {
  test(`the catalogue takes both apps at ${publicUrl}`, async () => {
    const { catalog, problems } = await loadCatalog({ builtInDir, extra: sandboxApps(publicUrl) })
    assert.deepEqual(problems, [])
    const acme = catalog.find('acme')!
    const base = new URL(publicUrl).href.replace(/\/$/, '')
    assert.equal(acme.proxy.base_url, `${base}/sandbox/api`)
    assert.equal(catalog.find('acme_keys')?.auth_type, 'keys')
    const url = new URL(
      buildAuthorizeUrl(acme, {
        customFields: {},
        client: { id: SANDBOX_CLIENT_ID },
        redirectUri: `${base}/connect/oauth/oa_1/callback`,
        state: 'state',
        codeChallenge: codeChallengeOf('verifier'),
        scopes: ['read', 'write'],
      }),
    )
    assert.equal(url.origin + url.pathname, `${base}/sandbox/oauth/authorize`)
    const checked = checkAuthorizeRequest(publicUrl, DEFAULT_SETTINGS, Object.fromEntries(url.searchParams))
    assert.deepEqual(checked.kind === 'ask' && checked.request.scopes, ['read', 'write'])
  })
}
