/** Owns what the developer's server sends and gets to confirm for whom a connection was made; apart from what the page's script reads. */
import { type Static, Type } from 'typebox'
import { AccountShape } from '../accounts/contract.ts'
import { ExternalId } from '../external-users/external-id.ts'

/** Ours: the developer's server says for whom a connection was made (docs/decisions/0012). */
export const ConfirmBody = Type.Object({
  verification: Type.String({
    maxLength: 100,
    description: 'The code that came with the browser to the verifier_uri',
  }),
  external_user_id: ExternalId,
})
export const ConfirmedAnswer = Type.Object({
  account: AccountShape,
  return_to: Type.String({ description: 'Send the browser there' }),
})
export type ConfirmedAnswer = Static<typeof ConfirmedAnswer>
