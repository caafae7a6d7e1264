/** Owns sending keys without losing what was typed when they are refused. */
import { setBusy, showFailure } from './elements.ts'
import { sendKeys } from './server.ts'
import { texts } from './texts.ts'

/** What the person can mend on the page as it is. */
export const MENDABLE = ['field_invalid', 'keys_refused', 'provider_unreachable', 'offline']

/**
 * Tried by script first; everything but a refusal that can be mended here is then left to the form itself. Its repeat of the same request
 * gets the same account, and the page that comes next is the server's business.
 */
export function sendKeysFirst(): void {
  const form = document.querySelector<HTMLFormElement>('#connect')
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    void send(form)
  })
}

async function send(form: HTMLFormElement): Promise<void> {
  setBusy(form, true, texts().trying)
  const answer = await sendKeys(form)
  if ('code' in answer && MENDABLE.includes(answer.code)) {
    setBusy(form, false)
    showFailure(answer)
    return
  }
  // Not `requestSubmit`, which would ask us again; and `form.submit` is the button of that id.
  HTMLFormElement.prototype.submit.call(form)
}
