/** Owns reading the page's form into the same shape that its script sends as JSON. */
import { readFormBody } from '../platform/request-body.ts'

const FIELD = 'field.'

/** Members left empty count as not there. @throws BadRequest when one is there twice */
export function readConnectForm(bytes: Buffer): Record<string, unknown> {
  const members: Record<string, string> = {}
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(readFormBody(bytes))) {
    if (name.startsWith(FIELD)) values[name.slice(FIELD.length)] = value
    else if (value !== '') members[name] = value
  }
  return { token: '', ...members, values }
}
