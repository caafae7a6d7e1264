/** Owns the sandbox provider's pages for people: the question, and why there is none. */
import type { AuthorizeRequest } from './authorize-request.ts'
import { html } from '../platform/html.ts'
import { page, type Answer } from './page.ts'
import { people } from './people.ts'
import { SANDBOX_CLIENT_ID } from './sandbox-client.ts'
import { sandboxScopes } from './sandbox-scopes.ts'

const NAME = 'Acme (sandbox)'

export const problemPage = (message: string): Answer =>
  page(
    400,
    `${NAME}: this link does not work`,
    html`<h1>${NAME}: this link does not work</h1>
      <p>${message}</p>`,
  )

/** A plain form without an address of its own: it goes back to the authorize request that it answers. */
export function consentPage({ scopes, redirectUri }: AuthorizeRequest): Answer {
  const persons = people.map(
    ({ id, name, email }, i) =>
      html`<label>
        <input type="radio" name="person" value="${id}" required ${i === 0 ? 'checked' : ''} />
        ${name} (${email})
      </label>`,
  )
  const boxes = scopes.map(
    (name) =>
      html`<label>
        <input type="checkbox" name="scope.${name}" checked />
        ${sandboxScopes[name] ?? ''} (${name})
      </label>`,
  )
  return page(
    200,
    `${NAME}: allow access?`,
    html`<h1>${NAME}</h1>
      <p class="notice">This is a practice provider, built into the server. Nobody here is real.</p>
      <p>
        The client <b>${SANDBOX_CLIENT_ID}</b> asks for access and will be answered at <b>${redirectUri}</b>.
      </p>
      <form method="post">
        <fieldset>
          <legend>Who are you?</legend>
          ${persons}
        </fieldset>
        <fieldset>
          <legend>What may it do?</legend>
          ${boxes}
        </fieldset>
        <button class="main" name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Deny</button>
      </form>`,
  )
}
