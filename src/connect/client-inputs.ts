/** Owns asking for an OAuth client that the person brings: which callback address it needs, its id and its secret. */
import { html, type Html } from '../platform/html.ts'
import { faultText, type ConnectError } from './connect-errors.ts'
import { fieldInput } from './fields-form.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'

/** `address`: to be registered at the provider. The secret is not shown again, not even to the one who typed it. */
export function clientInputs(
  app: string,
  address: string,
  messages: Messages,
  error: ConnectError | undefined,
): Html {
  const { ownClient } = messages
  const input = (name: 'id' | 'secret', label: string) => {
    const fault = error?.faults[`client.${name}`]
    return fieldInput({
      field: { type: name === 'secret' ? 'password' : 'string', required: true },
      name: `client.${name}`,
      label,
      id: `client-${name}`,
      given: undefined,
      fault: fault && faultText(fault, messages),
      messages,
    })
  }
  return html`<p>${fill(ownClient.intro, { app })}</p>
    <p class="address"><code>${address}</code></p>
    ${input('id', ownClient.id)} ${input('secret', ownClient.secret)}`
}
