/** Owns what makes long keys bearable on a small keyboard: pasting by a button, and looking at what was pasted. */
import { element, setFault, show } from './elements.ts'
import { texts } from './texts.ts'

export function easeFields(): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-reveal]')) {
    const input = element<HTMLInputElement>(button.dataset['reveal'] ?? '')
    const label = button.querySelector<HTMLElement>('[data-show]')
    if (!input || !label) continue
    show(button)
    button.addEventListener('click', () => {
      const isShown = input.type === 'text'
      input.type = isShown ? 'password' : 'text'
      label.textContent = label.dataset[isShown ? 'show' : 'hide'] ?? ''
    })
    // A browser may keep what is sent as text, and offer it again.
    input.form?.addEventListener('submit', () => {
      input.type = 'password'
      label.textContent = label.dataset['show'] ?? ''
    })
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-paste]')) {
    const input = element<HTMLInputElement>(button.dataset['paste'] ?? '')
    // A frame may read the clipboard only where the page around it allows that, which nobody does.
    if (!input || window.parent !== window || !navigator.clipboard?.readText) continue
    show(button)
    button.addEventListener('click', () => void paste(input))
  }
}

async function paste(input: HTMLInputElement): Promise<void> {
  try {
    input.value = (await navigator.clipboard.readText()).trim()
    setFault(input, undefined)
  } catch {
    setFault(input, texts().pasteFailed)
  }
  input.focus()
}
