/** Owns finding an app in the list while its name is typed. */
import { element } from './elements.ts'

export function easeSearch(): void {
  const input = element<HTMLInputElement>('q')
  const list = element('apps')
  const links = [...(list?.querySelectorAll('a') ?? [])]
  // What the server has filtered already is not the whole list.
  if (!input || input.value !== '') return
  element('find')?.setAttribute('hidden', '')
  const shown = () => links.filter((link) => !link.closest('li')?.hidden)

  const filter = () => {
    const wanted = plain(input.value.trim())
    for (const link of links) {
      const item = link.closest('li')
      if (item) item.hidden = !plain(link.textContent ?? '').includes(wanted)
    }
    element('nothing-found')?.toggleAttribute('hidden', shown().length > 0)
  }
  input.addEventListener('input', filter)
  input.form?.addEventListener('submit', (event) => {
    event.preventDefault()
    shown()[0]?.click()
  })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') move(event, shown()[0])
  })
  list?.addEventListener('keydown', (event) => {
    const at = shown().indexOf(event.target as HTMLAnchorElement)
    if (event.key === 'ArrowDown') move(event, shown()[at + 1])
    if (event.key === 'ArrowUp') move(event, shown()[at - 1] ?? input)
  })
  // A browser that comes back fills in what was typed.
  filter()
}

function move(event: KeyboardEvent, target: HTMLElement | undefined): void {
  event.preventDefault()
  target?.focus()
}

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
