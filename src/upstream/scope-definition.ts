/** Owns how the catalogue speaks of a provider's scopes: how they are asked for, and which profile asks for which. */

import { Type } from 'typebox'
import { object, record, Strings } from './definition-parts.ts'

export const Scopes = object({
  default: Strings,
  separator: Type.Enum([' ', ',', '+'], { default: ' ' }),
  param: Type.Union([Type.String({ minLength: 1 }), Type.Literal(false)], {
    default: 'scope',
    description: 'false: the authorize request carries no scope at all',
  }),
  user_param: Type.Optional(Type.String({ description: 'A second parameter, for scopes of the user token' })),
  user_default: Strings,
  optional_param: Type.Optional(Type.String()),
  functional: Type.Array(Type.String(), {
    default: [],
    description:
      'Scopes without which an account is useless: required also where fewer than asked for are enough. Left out: the test request decides',
  }),
  implies: record(
    Type.Array(Type.String(), { minItems: 1 }),
    'Scope -> scopes that it includes, where the provider then leaves those out of what it says was granted. A * stands for the same text on both sides',
  ),
  profile_applies_to: Type.Enum(['param', 'user_param'], { default: 'param' }),
})

/** The names are the wire's `oauthScopeProfile` (contract section 5.2). */
export const ScopeProfiles = Type.Object(
  {
    read_only: Type.Optional(Type.Array(Type.String())),
    read_write: Type.Optional(Type.Array(Type.String())),
    admin: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: false, default: {} },
)
