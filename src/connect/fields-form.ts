/** Owns showing an app's fields: one labelled input each, with its help and what is wrong with it. */
import type { CatalogApp } from '../apps/catalog.ts'
import { askedFields } from './check-fields.ts'
import { faultText, type ConnectError } from './connect-errors.ts'
import { html, type Html } from '../platform/html.ts'
import type { Messages } from './messages/en.ts'

type Field = CatalogApp['custom_fields'][number]

interface Shown {
  field: Pick<Field, 'description' | 'type' | 'required' | 'default' | 'pattern' | 'options'>
  /** Of the form's member. */
  name: string
  label: string
  id: string
  given: string | undefined
  fault: string | undefined
  messages: Messages
}

/** `given`: what was typed before. Secrets are not shown again, not even to the one who typed them. */
export function fieldInputs(
  app: CatalogApp,
  messages: Messages,
  given: Readonly<Record<string, string>> = {},
  error?: ConnectError,
  preset: Readonly<Record<string, string>> = {},
): Html[] {
  return askedFields(app, preset).map((field) => {
    const fault = error?.faults[field.name]
    return fieldInput({
      field,
      name: `field.${field.name}`,
      label: field.label ?? field.name,
      id: `field-${field.name}`,
      given: given[field.name],
      fault: fault && faultText(fault, messages),
      messages,
    })
  })
}

export function fieldInput(shown: Shown): Html {
  const { field, label, id, fault, messages } = shown
  return html`<div class="field">
    <label for="${id}"
      >${label}${!field.required && html` <span class="quiet">${messages.fields.optional}</span>`}</label
    >
    ${field.description && html`<p class="quiet" id="${id}-help">${field.description}</p>`}
    ${field.options ? choice(shown) : input(shown)}
    <p class="fault" id="${id}-fault" ${!fault && html`hidden`}>${fault}</p>
  </div>`
}

const choice = (shown: Shown) => {
  const { field, name, id, given, messages } = shown
  return html`<select id="${id}" name="${name}" ${marks(shown)}>
    ${!(given ?? field.default) && html`<option value="">${messages.fields.choose}</option>`}
    ${field.options?.map(
      (option) =>
        html`<option value="${option}" ${option === (given ?? field.default) && html`selected`}>
          ${option}
        </option>`,
    )}
  </select>`
}

const input = (shown: Shown) => {
  const { field, name, id, given } = shown
  const isSecret = field.type === 'password'
  return html`<div class="control">
    <input
      id="${id}"
      name="${name}"
      type="${isSecret ? 'password' : 'text'}"
      value="${isSecret ? '' : (given ?? field.default)}"
      autocomplete="off"
      autocapitalize="none"
      autocorrect="off"
      spellcheck="false"
      dir="ltr"
      ${field.pattern !== undefined && isPatternForBrowsers(field.pattern) && html`pattern="${field.pattern}"`}
      ${marks(shown)}
    />${isSecret && tools(shown)}
  </div>`
}

/** Work only by script, which takes the `hidden` away. */
const tools = ({ id, label, messages: { fields } }: Shown) =>
  html`<button type="button" class="tool" data-paste="${id}" hidden>
      ${fields.paste}<span class="unseen"> ${label}</span></button
    ><button type="button" class="tool" data-reveal="${id}" hidden>
      <span data-show="${fields.show}" data-hide="${fields.hide}">${fields.show}</span
      ><span class="unseen"> ${label}</span>
    </button>`

const marks = ({ field, id, fault }: Shown) =>
  html`aria-describedby="${[field.description && `${id}-help`, `${id}-fault`].filter(Boolean).join(' ')}"
  ${field.required && html`required`} ${fault !== undefined && html`aria-invalid="true"`}`

/** Browsers read `pattern` with the flag v, which refuses some that are good with the flag u; those are checked here alone. */
function isPatternForBrowsers(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'v') instanceof RegExp
  } catch {
    return false
  }
}
