/** Owns finding and changing the parts of the page that the server has written. */
import type { Failure } from './server.ts'

export const element = <Kind extends HTMLElement = HTMLElement>(id: string) =>
  document.getElementById(id) as Kind | null

export const show = (part: HTMLElement | null) => part?.removeAttribute('hidden')
export const hide = (part: HTMLElement | null) => part?.setAttribute('hidden', '')

/** Into the note above the form, and beside each field at fault; undefined takes all of it away. */
export function showFailure(failure: Failure | undefined): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('[name^="field."]')) {
    const fault = failure?.fields?.[input.name.slice('field.'.length)]
    const place = element(`${input.id}-fault`)
    if (place) place.textContent = fault ?? ''
    if (fault === undefined) hide(place)
    else show(place)
    input.toggleAttribute('aria-invalid', false)
    if (fault !== undefined) input.setAttribute('aria-invalid', 'true')
  }
  const note = element('failure')
  if (!failure) return hide(note)
  setText('failure-title', '')
  setText('failure-text', [failure.error, failure.nextStep].filter(Boolean).join(' '))
  setText('failure-code', failure.code)
  show(note)
  note?.focus()
}

function setText(id: string, text: string): void {
  const part = element(id)
  if (part) part.textContent = text
}
