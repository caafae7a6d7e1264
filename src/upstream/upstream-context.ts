/** Owns what the catalogue's templates may speak of when a request goes to an app's upstream. */

import type { AppDefinition, OAuth2Definition } from './app-definition.ts'
import { fieldValues } from './field-values.ts'
import { hostPatterns } from './host-patterns.ts'
import { renderUrl } from './render-url.ts'
import type { TemplateContext } from './template.ts'
import { USER_AGENT } from './user-agent.ts'

/** The OAuthApp's client at the upstream. `settings` is what its owner stores beside it (`oauth_app.<name>`). */
export interface UpstreamClient {
  id: string
  secret?: string
  settings?: Readonly<Record<string, string>>
}

/** One account's values, as far as they are known at this point of its life. */
export interface UpstreamValues {
  customFields: Readonly<Record<string, string>>
  /** Absent for apps without OAuth, and where the account's own fields hold the client (ServiceNow). */
  client?: UpstreamClient
  callback?: Readonly<Record<string, string>>
  /** What the account keeps of earlier token answers (`TokenSet.stored`). */
  stored?: Readonly<Record<string, string>>
  accessToken?: string
  refreshToken?: string
  /** The UpstreamScopes asked for, or on a refresh those granted. */
  scopes?: readonly string[]
  /** The OAuthApp's callback address, for apps that want it again at a refresh. */
  redirectUri?: string
  /** Credentials minted from the account's keys, for `derived.<name>`. */
  derived?: Readonly<Record<string, string>>
}

export function upstreamContext(app: AppDefinition, values: UpstreamValues): TemplateContext {
  const client = clientOf(app, values)
  return {
    ...fieldValues(app, values.customFields),
    callback: values.callback ?? {},
    stored: values.stored ?? {},
    derived: values.derived ?? {},
    client_id: client?.id,
    client_secret: client?.secret,
    access_token: values.accessToken,
    refresh_token: values.refreshToken,
    redirect_uri: values.redirectUri,
    scopes: values.scopes?.join(app.oauth?.scopes.separator ?? ' '),
    oauth_app: client?.settings ?? {},
    server: { user_agent: USER_AGENT },
  }
}

/** The client to speak as; from the account's own fields where the definition says so. */
export function clientOf(
  app: AppDefinition,
  { customFields, client }: UpstreamValues,
): UpstreamClient | undefined {
  if (app.oauth?.version !== 2 || app.oauth.client_credentials_source !== 'custom_fields') return client
  const { client_id: id, client_secret: secret } = customFields
  if (id === undefined) return undefined
  return { ...client, id, ...(secret === undefined ? {} : { secret }) }
}

/** Fills a URL of the definition in. @throws BadRequest as `renderUrl` */
export const upstreamUrl = (app: AppDefinition, template: string, context: TemplateContext): string =>
  renderUrl(template, context, { hostPatterns: hostPatterns(app), allowHttp: app.sandbox })

/** The OAuth 2 half of a definition. @throws Error: asking for another app is a mistake of the caller's */
export function oauth2Of(app: AppDefinition): OAuth2Definition {
  if (app.oauth?.version !== 2) throw new Error(`${app.name_slug} does not use OAuth 2`)
  return app.oauth
}
