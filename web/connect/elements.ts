/** Owns finding and changing the parts of the page that the server has written. */
import type { Failure } from './server.ts'
import { texts } from './texts.ts'

export const element = <Kind extends HTMLElement = HTMLElement>(id: string) =>
  document.getElementById(id) as Kind | null

export const show = (part: HTMLElement | null) => part?.removeAttribute('hidden')
export const hide = (part: HTMLElement | null) => part?.setAttribute('hidden', '')

export function setText(id: string, text: string): void {
  const part = element(id)
  if (part) part.textContent = text
}

export function setBusy(form: HTMLFormElement, busy: boolean, text = ''): void {
  form.ariaBusy = String(busy)
  setText('busy', busy ? text : '')
  const submit = element<HTMLButtonElement>('submit')
  if (submit) submit.disabled = busy
}

/** Into the note above the form, and beside each field at fault; undefined takes all of it away. */
export function showFailure(failure: Failure | undefined): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('[name^="field."], [name^="client."]')) {
    const fault = failure?.faults?.[input.name.replace(/^field\./, '')]
    setFault(input, fault === undefined ? undefined : (texts().faults[fault] ?? fault))
  }
  const note = element('failure')
  if (!failure) return hide(note)
  const { title, text } = texts().failures[failure.code] ?? { title: '', text: failure.error }
  setText('failure-title', title)
  setText('failure-text', text)
  setText('failure-code', failure.code)
  show(note)
  const first = document.querySelector<HTMLElement>('[aria-invalid]')
  ;(first ?? note)?.focus()
}

export function setFault(input: HTMLElement, text: string | undefined): void {
  const place = element(`${input.id}-fault`)
  if (place) place.textContent = text ?? ''
  if (text === undefined) {
    hide(place)
    input.removeAttribute('aria-invalid')
  } else {
    show(place)
    input.setAttribute('aria-invalid', 'true')
  }
}

/** In place of everything that led there. */
export function showConnected(accountName: string | undefined): void {
  const { connectedTitle, connected, connectedAs } = texts()
  // As the server's own page of that name looks.
  document.body.dataset['page'] = 'connected'
  const title = document.querySelector('h1')
  if (title) title.textContent = connectedTitle
  for (const part of document.querySelectorAll<HTMLElement>('.card > :not(.head, footer), footer form'))
    hide(part)
  const note = document.createElement('p')
  note.className = 'note success'
  note.setAttribute('role', 'status')
  document.querySelector('.head')?.after(note)
  note.textContent =
    accountName === undefined ? connected : connectedAs.replace('{account}', () => accountName)
}
