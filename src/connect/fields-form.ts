/** Owns showing an app's fields: one labelled input each, with its help and what is wrong with it. */
import type { CatalogApp } from '../apps/catalog.ts'
import { askedFields } from './check-fields.ts'
import type { ConnectError } from './connect-errors.ts'
import { html, type Html } from '../platform/html.ts'

type Field = CatalogApp['custom_fields'][number]

/** `given`: what was typed before. Secrets are not shown again, not even to the one who typed them. */
export function fieldInputs(
  app: CatalogApp,
  given: Readonly<Record<string, string>> = {},
  error?: ConnectError,
): Html[] {
  return askedFields(app).map((field) => fieldInput(field, given[field.name], error?.fields[field.name]))
}

function fieldInput(field: Field, given: string | undefined, fault: string | undefined): Html {
  const id = `field-${field.name}`
  const about = [field.description && `${id}-help`, `${id}-fault`].filter(Boolean).join(' ')
  return html`<div class="field">
    <label for="${id}"
      >${field.label ?? field.name}${!field.required && html` <span class="quiet">(optional)</span>`}</label
    >
    ${field.description && html`<p class="quiet" id="${id}-help">${field.description}</p>`}
    ${field.options ? choice(field, id, about, given, fault) : input(field, id, about, given, fault)}
    <p class="fault" id="${id}-fault" ${!fault && html`hidden`}>${fault}</p>
  </div>`
}

const choice = (
  field: Field,
  id: string,
  about: string,
  given: string | undefined,
  fault: string | undefined,
) =>
  html`<select id="${id}" name="field.${field.name}" aria-describedby="${about}" ${marks(field, fault)}>
    ${!(given ?? field.default) && html`<option value="">Please choose</option>`}
    ${field.options?.map(
      (option) =>
        html`<option value="${option}" ${option === (given ?? field.default) && html`selected`}>
          ${option}
        </option>`,
    )}
  </select>`

const input = (
  field: Field,
  id: string,
  about: string,
  given: string | undefined,
  fault: string | undefined,
) => {
  const isSecret = field.type === 'password'
  return html`<input
    id="${id}"
    name="field.${field.name}"
    type="${isSecret ? 'password' : 'text'}"
    value="${isSecret ? '' : (given ?? field.default)}"
    aria-describedby="${about}"
    autocomplete="off"
    autocapitalize="none"
    spellcheck="false"
    ${field.pattern !== undefined && isPatternForBrowsers(field.pattern) && html`pattern="${field.pattern}"`}
    ${marks(field, fault)}
  />`
}

const marks = (field: Field, fault: string | undefined) =>
  html`${field.required && html`required`} ${fault !== undefined && html`aria-invalid="true"`}`

/** Browsers read `pattern` with the flag v, which refuses some that are good with the flag u; those are checked here alone. */
function isPatternForBrowsers(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'v') instanceof RegExp
  } catch {
    return false
  }
}
