/** Owns handing an OAuth app to upstream/ as the client it speaks as. */
import type { UpstreamClient } from '../upstream/upstream-context.ts'
import type { OAuthApp } from './find-oauth-app.ts'

/** `oauth_app.name`, which a consent screen may show, is the developer's own name for it unless a setting says otherwise. */
export const upstreamClient = ({ clientId, clientSecret, name, settings }: OAuthApp): UpstreamClient => ({
  id: clientId,
  secret: clientSecret.reveal(),
  settings: {
    ...(name === null ? {} : { name }),
    ...Object.fromEntries(Object.entries(settings).map(([setting, value]) => [setting, value.reveal()])),
  },
})
