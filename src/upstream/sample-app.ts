/** Owns small finished definitions for the tests of this room. */

import type { AppDefinition } from './app-definition.ts'
import { parseAppDefinition } from './parse-app-definition.ts'

type Parts = Record<string, unknown>

/** An OAuth 2 app at `origin`, over plain http; `oauth` is laid over endpoints and one default scope. */
export const oauthApp = (origin: string, oauth: Parts = {}, more: Parts = {}): AppDefinition =>
  parseAppDefinition({
    schema_version: 1,
    name_slug: 'acme',
    name: 'Acme',
    auth_type: 'oauth',
    sandbox: true,
    oauth: {
      version: 2,
      authorization_url: `${origin}/authorize`,
      token_url: `${origin}/token`,
      scopes: { default: ['read'] },
      ...oauth,
    },
    proxy: {
      base_url: origin,
      allowed_domains: [new URL(origin).host],
      auth: { type: 'header', name: 'Authorization', value: 'Bearer {{access_token}}' },
    },
    ...more,
  })

/** A key app at `origin`, with one field `api_key`. */
export const keyApp = (
  origin: string,
  auth: Parts | undefined,
  more: Parts = {},
  proxy: Parts = {},
): AppDefinition =>
  parseAppDefinition({
    schema_version: 1,
    name_slug: 'keyed',
    name: 'Keyed',
    auth_type: 'keys',
    sandbox: true,
    custom_fields: [{ name: 'api_key', type: 'password' }],
    proxy: {
      base_url: origin,
      allowed_domains: [new URL(origin).host],
      ...(auth === undefined ? {} : { auth }),
      ...proxy,
    },
    ...more,
  })
