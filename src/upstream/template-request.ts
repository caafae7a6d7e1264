/** Owns building a request that the catalogue describes as a template. */

import { BadRequest } from '../platform/errors.ts'
import type { AppDefinition, RequestTemplate } from './app-definition.ts'
import { clientBasic } from './client-proof.ts'
import type { OutboundRequest } from './egress.ts'
import { injectCredentials } from './inject-credentials.ts'
import { lowerCaseNames } from './lower-case-names.ts'
import { asTexts, renderValues, type BodyValue } from './render-values.ts'
import { renderEntries } from './template.ts'
import { clientOf, upstreamContext, upstreamUrl, type UpstreamValues } from './upstream-context.ts'
import { withQuery } from './with-query.ts'

/**
 * The request, with the credentials its `auth` asks for. A URL that starts with `/` stands on the app's base URL.
 * @param now milliseconds, for what is signed
 * @throws BadRequest if a value that the templates need is missing
 */
export function buildRequest(
  app: AppDefinition,
  template: RequestTemplate,
  values: UpstreamValues,
  now: number,
): Omit<OutboundRequest, 'timeoutMs' | 'maxBytes'> {
  const context = upstreamContext(app, values)
  const { method } = template
  const url = withQuery(
    absoluteUrl(app, upstreamUrl(app, template.url, context), context),
    renderEntries(template.query, context),
  )
  const own = { accept: 'application/json', ...lowerCaseNames(renderEntries(template.headers, context)) }
  const fields = template.body === undefined ? {} : renderValues(template.body, context)
  const plain = { method, url, ...written(template, own, fields) }
  switch (template.auth) {
    case 'none':
      return plain
    case 'client_basic': {
      const client = clientOf(app, values)
      if (client === undefined) throw new BadRequest(`${app.name_slug} has no OAuth client`)
      const authorization = clientBasic(client.id, client.secret ?? '')
      return { ...plain, headers: { ...plain.headers, authorization } }
    }
    case 'account': {
      const injected = injectCredentials(app, plain, context, now)
      // What the template writes itself is meant: Mailchimp's look-up has another scheme than its API.
      const headers = { ...injected.headers, ...own }
      return {
        method,
        url: injected.url,
        ...written(template, headers, { ...fields, ...injected.bodyParams }),
      }
    }
  }
}

function absoluteUrl(app: AppDefinition, url: string, context: ReturnType<typeof upstreamContext>): string {
  if (!url.startsWith('/')) return url
  if (app.proxy.base_url === undefined) throw new BadRequest(`${app.name_slug} has no base URL`)
  return upstreamUrl(app, app.proxy.base_url, context).replace(/\/$/, '') + url
}

function written(
  { encoding }: RequestTemplate,
  headers: Record<string, string>,
  fields: Record<string, BodyValue>,
): { headers: Record<string, string>; body?: string } {
  if (encoding === 'none' || Object.keys(fields).length === 0) return { headers }
  const [type, body] =
    encoding === 'json'
      ? ['application/json', JSON.stringify(fields)]
      : ['application/x-www-form-urlencoded', new URLSearchParams(asTexts(fields)).toString()]
  return { headers: { 'content-type': type, ...headers }, body }
}
