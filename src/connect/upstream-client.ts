/** Owns handing an OAuthApp to upstream/ as the client it speaks as. */
import type { OAuthApp } from '../oauth-apps/find-oauth-app.ts'
import type { UpstreamClient } from '../upstream/upstream-context.ts'

/** To be spread: without an OAuthApp the account's own fields hold the client. */
export const upstreamClientOf = (oauthApp: OAuthApp | undefined): { client?: UpstreamClient } =>
  oauthApp === undefined ? {} : { client: { id: oauthApp.clientId, secret: oauthApp.clientSecret.reveal() } }
