/** Owns saying what a connection gives away, and to whom: in plain words first, the provider's own names for it below. */
import { html, type Html } from '../platform/html.ts'
import { wantedScopes } from './create-attempt.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'
import { productName } from './page-parts.ts'
import type { Connection } from './resolve-connection.ts'

/** Scopes that tell who the person is (OpenID Connect Core 5.4, and the names that large providers have for the same). */
const IDENTITY =
  /^(?:openid|profile|email|User\.Read|userinfo\.(?:email|profile)|users?:(?:email|profile|read\.email)|read:me|identify)$/i

export function consentNotes(connection: Connection, messages: Messages): Html {
  const { catalogApp, project, token } = connection
  const { signIn, keys } = messages
  const isKeys = catalogApp.auth_type === 'keys'
  const names = { app: catalogApp.name, product: productName(project) }
  const scopes = isKeys ? [] : askedScopes(connection)
  const lines = isKeys
    ? [keys.stored, keys.access, keys.until]
    : [signIn.password, scopes.some(tellsWho) && signIn.identity, signIn.access, signIn.until]
  return html`<section class="terms" aria-labelledby="terms">
    <h2 id="terms">${isKeys ? keys.heading : signIn.heading}</h2>
    <ul>
      ${lines.map((line) => line && html`<li>${fill(line, names)}</li>`)}
    </ul>
    ${
      scopes.length > 0 &&
      html`<details>
        <summary>${fill(signIn.permissions, { count: scopes.length })}</summary>
        <p>${fill(token.options.allow_progressive_scopes ? signIn.someOptional : signIn.allNeeded, names)}</p>
        <ul class="scopes">
          ${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}
        </ul>
      </details>`
    }
  </section>`
}

function askedScopes(connection: Connection): string[] {
  const { scopes, userScopes } = wantedScopes(connection)
  return [...new Set([...scopes, ...userScopes])]
}

/** Google and Microsoft spell theirs as addresses. */
const tellsWho = (scope: string) => IDENTITY.test(scope.split('/').at(-1) ?? '')
