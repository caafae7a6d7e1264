/** Owns what a flow knows of the client it speaks as. */
import type { OAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { upstreamClient } from '../oauth-apps/upstream-client.ts'
import type { UpstreamClient } from '../upstream/upstream-context.ts'

/** To be spread. */
export const clientOfConnection = ({
  oauthApp,
  ownClient,
}: {
  oauthApp: OAuthApp | undefined
  ownClient: UpstreamClient | undefined
}): { client?: UpstreamClient } =>
  ownClient === undefined ? upstreamClientOf(oauthApp) : { client: ownClient }

/** To be spread: without an OAuthApp the account's own fields hold the client. */
export const upstreamClientOf = (oauthApp: OAuthApp | undefined): { client?: UpstreamClient } =>
  oauthApp === undefined ? {} : { client: upstreamClient(oauthApp) }
