/** Owns taking the address of the page along into another browser. */
import { element, setText, show } from './elements.ts'

export function easeInApp(): void {
  const button = element('copy')
  if (!button) return
  show(button)
  button.addEventListener('click', () => {
    const { copy = '', copied = '' } = button.dataset
    void copyText(copy).then((done) => setText('copied', done ? copied : copy))
  })
}

/** False where the browser inside an app allows no copying: then the address is shown instead. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
