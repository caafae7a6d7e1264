/** The schema's verdicts, in words that a person can act on. */
import { Ajv } from 'ajv'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TSchema } from 'typebox'
import { ListAccountsQuery, ReportUnauthorizedBody } from '../accounts/contract.ts'
import { CreateTokenBody } from '../connect-tokens/contract.ts'
import { CreateOAuthAppBody } from '../oauth-apps/contract.ts'
import { UpdateProjectBody } from '../projects/contract.ts'
import { RevokeAccountsBody } from '../revocations/contract.ts'
import { errorAnswer } from './error-body.ts'

const saysOf = (schema: TSchema, value: unknown) => {
  const check = new Ajv({ validateFormats: true, formats: { 'date-time': /^\d{4}-/ } }).compile(schema)
  assert.equal(check(value), false)
  const error = Object.assign(new Error('refused'), { validation: check.errors, validationContext: 'body' })
  const { status, body } = errorAnswer(error, false)
  assert.deepEqual([status, body.code], [400, 'invalid_parameter'])
  return body.error
}

test('what a schema refuses is said without a regular expression, and names the member', () => {
  const cases: [schema: TSchema, value: unknown, says: string][] = [
    [RevokeAccountsBody, { ap: 'slack' }, 'ap is unknown (in body)'],
    [RevokeAccountsBody, { app: '' }, 'body.app must not be empty'],
    [
      RevokeAccountsBody,
      { connected_after: 'yesterday' },
      'body.connected_after must be a time such as 2026-11-22T12:00:00Z',
    ],
    [CreateTokenBody, {}, 'external_user_id is missing (in body)'],
    [
      CreateTokenBody,
      { external_user_id: 'a\nb' },
      'body.external_user_id must not hold control characters such as line breaks',
    ],
    [UpdateProjectBody, { support_email: 'nobody' }, 'body.support_email must be an e-mail address'],
    [
      UpdateProjectBody,
      { app_name: ' ' },
      'body.app_name must not be blank or hold control characters such as line breaks',
    ],
    [UpdateProjectBody, { name: 'x'.repeat(101) }, 'body.name must have at most 100 characters'],
    [
      ReportUnauthorizedBody,
      { access_token_sha256: 'x' },
      'body.access_token_sha256 must be 64 hexadecimal digits',
    ],
    [
      CreateOAuthAppBody,
      { app: 'github', client_id: 'c', client_secret: 's', scopes: ['a b'] },
      'body.scopes.0 must not hold spaces or control characters',
    ],
    [ListAccountsQuery, { limit: 'ten' }, 'body.limit must be a whole number'],
    [
      ListAccountsQuery,
      { include_credentials: 'yes' },
      'body.include_credentials must be one of true, false, 1, 0',
    ],
  ]
  for (const [schema, value, says] of cases) assert.equal(saysOf(schema, value), says)
})
