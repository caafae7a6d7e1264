/** Owns the part of the catalogue's format that says what a provider's calls to the callback address must prove. */

import { Type } from 'typebox'
import { object, record, Template } from './definition-parts.ts'

export const CallbackCheck = object(
  {
    type: Type.Literal('hmac_sha256_hex'),
    param: Type.String({ description: 'Query parameter that carries the signature' }),
    over: Type.Literal('sorted_query', {
      description: 'Every other parameter, sorted by name, percent-encoded, as name=value joined by &',
    }),
    key: Type.Literal('client_secret'),
    equals: record(Template, 'Query parameters that must have exactly this value'),
  },
  'A signature on the callback that must hold before the code is used',
)

export const UninstallNotice = object(
  {
    method: Type.Literal('DELETE'),
    auth: Type.Literal('client_basic', { description: 'HTTP Basic with id and secret of the OAuth client' }),
    uid: Type.String({
      format: 'template',
      description:
        'The uid of the account that has ended, as identity has it; notice.* is the body of the call',
    }),
  },
  'A call of the provider to the callback address: the person has taken the app away there (quirk B7)',
)
