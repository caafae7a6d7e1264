/** Owns the injections that sign the whole request: OAuth 1, AWS, and a JWT made for it (quirks H8 to H10). */

import { signAccountJwt } from './account-jwt.ts'
import { awsScopeOf } from './aws-scope.ts'
import type { Injection } from './injection-definition.ts'
import { oauth1Authorization } from './oauth1-authorization.ts'
import type { Parameter } from './oauth1-signature.ts'
import { signSigV4, type SigV4Request } from './sigv4.ts'
import { renderTemplate, type TemplateContext } from './template.ts'

type OfType<Type extends Injection['type']> = Extract<Injection, { type: Type }>

/** Any template that gives nothing, for want of a value or by `?`, stands for what is not there. */
const optional = (template: string | undefined, context: TemplateContext) =>
  template === undefined ? undefined : renderTemplate(template, context)

/** The header. @throws BadRequest if a value is missing */
export function signedByOAuth1(
  injection: OfType<'oauth1'>,
  { method, url, headers, body }: SigV4Request,
  context: TemplateContext,
  now: number,
): string {
  const { client_id = '{{client_id}}', client_secret = '{{client_secret}}' } = injection
  const { token = '{{access_token?}}', token_secret = '{{refresh_token?}}' } = injection
  const accountToken = optional(token, context)
  const realm = optional(injection.realm, context)
  return oauth1Authorization(
    { method, url, form: formParameters(headers['content-type'], body) },
    {
      signatureMethod: injection.signature_method,
      clientId: optional(client_id, context) ?? '',
      secrets: {
        client: optional(client_secret, context) ?? '',
        token: optional(token_secret, context) ?? '',
      },
      ...(accountToken === undefined ? {} : { token: accountToken }),
      ...(realm === undefined ? {} : { realm }),
      now,
    },
  )
}

/** Section 3.4.1.3.1 of RFC 5849: only this content type, whatever the method. */
function formParameters(contentType = '', body: string | Buffer = ''): Parameter[] {
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)
  return isForm ? [...new URLSearchParams(body.toString())] : []
}

/** Address and headers as they have to be sent. @throws BadRequest if a value is missing or the host names no AWS service */
export function signedByAws(
  injection: OfType<'aws_sigv4'>,
  request: SigV4Request,
  context: TemplateContext,
  now: number,
) {
  const { region, service } = injection
  const needsHost = region === 'from_host' || service === 'from_host'
  const ofHost = needsHost ? awsScopeOf(request.url.hostname) : { region, service }
  const sessionToken = optional(injection.session_token, context)
  return signSigV4(
    request,
    {
      accessKeyId: optional(injection.access_key_id, context) ?? '',
      secretAccessKey: optional(injection.secret_access_key, context) ?? '',
      ...(sessionToken === undefined || sessionToken === '' ? {} : { sessionToken }),
    },
    {
      region: region === 'from_host' ? ofHost.region : region,
      service: service === 'from_host' ? ofHost.service : service,
    },
    now,
  )
}

/** The header's name and value. @throws BadRequest if a value is missing or the key is none */
export function signedByJwt(
  injection: OfType<'jwt_bearer'>,
  context: TemplateContext,
  now: number,
): Record<string, string> {
  const { name, value } = injection.send ?? {
    name: 'Authorization',
    value: 'Bearer {{derived.access_token}}',
  }
  const derived = { access_token: signAccountJwt(injection, context, now) }
  return { [name]: renderTemplate(value, { ...context, derived }) ?? '' }
}
