/** Owns reading the page's form into the same shape that its script sends as JSON. */
import { readFormBody } from '../platform/request-body.ts'

const FIELD = 'field.'
const CLIENT = 'client.'

/** Members left empty count as not there. @throws BadRequest when one is there twice */
export function readConnectForm(bytes: Buffer): Record<string, unknown> {
  const members: Record<string, string> = {}
  const values: Record<string, string> = {}
  const client: Record<string, string> = {}
  for (const [name, value] of Object.entries(readFormBody(bytes))) {
    if (name.startsWith(FIELD)) values[name.slice(FIELD.length)] = value
    else if (value === '') continue
    else if (name.startsWith(CLIENT)) client[name.slice(CLIENT.length)] = value
    else members[name] = value
  }
  const ownClient = Object.keys(client).length === 0 ? {} : { ownClient: client }
  return { token: '', ...members, values, ...ownClient }
}
