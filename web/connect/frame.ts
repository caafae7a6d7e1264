/** Owns the page inside the SDK's frame: it asks the server how things stand, and tells the page around it. */
import { element, show, hide, showFailure } from './elements.ts'
import { createAttempt, readAttempt, sendKeys, type Failure } from './server.ts'
import { postToParent } from './messages.ts'

const ASK_AGAIN_AFTER_MS = 1000
/** The page closes soon after; the person sees that it worked. */
const CLOSE_AFTER_MS = 900

export function runInFrame(): void {
  const { page, account, error } = document.body.dataset
  const close = element('close')
  show(close)
  close?.addEventListener('click', () => void postToParent({ type: 'close' }))
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && close) void postToParent({ type: 'close' })
  })
  if (page === 'error' && error !== undefined) void postToParent({ type: 'error', error })
  if (page === 'connected' && account !== undefined) void succeed(account)
  const form = element<HTMLFormElement>('connect')
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    if (page === 'sign-in') void signIn(form)
    else void connectWithKeys(form)
  })
  element('restart')?.addEventListener('click', startOver)
}

async function succeed(accountId: string): Promise<void> {
  await postToParent({ type: 'success', authProvisionId: accountId })
  await new Promise((resolve) => setTimeout(resolve, CLOSE_AFTER_MS))
  await postToParent({ type: 'close' })
}

/** Goes up with each start, so that an attempt given up is no longer asked about. */
let round = 0

function startOver(): void {
  round += 1
  hide(element('waiting'))
  show(element('connect'))
  element('submit')?.focus()
}

async function signIn(form: HTMLFormElement): Promise<void> {
  // Before anything is awaited: only during the click may a window be opened.
  const popup = window.open('about:blank', '_blank', 'popup,width=600,height=760')
  round += 1
  const mine = round
  setBusy(form, true)
  const created = await createAttempt(form)
  setBusy(form, false)
  if ('code' in created) {
    popup?.close()
    showFailure(created)
    return
  }
  const reopen = element<HTMLAnchorElement>('reopen')
  if (reopen) reopen.href = created.start_url
  const text = element('waiting-text')
  if (popup) {
    // The provider's page has no business with ours.
    popup.opener = null
    popup.location.replace(created.start_url)
  } else if (text) {
    text.textContent = 'Your browser has blocked the window. Open it with this button:'
  }
  if (reopen) reopen.textContent = popup ? 'Open the window again' : 'Open the sign-in window'
  showFailure(undefined)
  hide(form)
  show(element('waiting'))
  reopen?.focus()
  await waitForEnd(created.handle, mine)
}

/**
 * The server is the only channel that no browser policy cuts. A popup that seems closed proves nothing: a provider may have cut our
 * reference to it, so it is asked until the attempt has ended.
 */
async function waitForEnd(handle: string, mine: number): Promise<void> {
  while (mine === round) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_AFTER_MS))
    if (mine !== round) return
    const attempt = await readAttempt(handle)
    if (attempt === undefined || attempt.status === 'open' || attempt.status === 'started') continue
    if (attempt.status === 'done') {
      const text = element('waiting-text')
      if (text) text.textContent = 'Connected.'
      for (const id of ['reopen', 'restart', 'close']) hide(element(id))
      await succeed(attempt.account_id ?? '')
      return
    }
    const { error_code: code = 'unexpected', error = '', next_step: nextStep = '' } = attempt
    startOver()
    showFailure({ code, error, nextStep })
    await postToParent({ type: 'error', error })
    return
  }
}

/** What the person can mend here is no news for the page around. */
const MENDABLE = ['field_invalid', 'keys_refused', 'provider_unreachable', 'offline']

async function connectWithKeys(form: HTMLFormElement): Promise<void> {
  setBusy(form, true)
  const answer: { account_id: string } | Failure = await sendKeys(form)
  setBusy(form, false)
  if ('account_id' in answer) {
    showFailure(undefined)
    const note = document.createElement('p')
    note.className = 'note success'
    note.setAttribute('role', 'status')
    note.textContent = 'Connected.'
    form.replaceWith(note)
    await succeed(answer.account_id)
    return
  }
  showFailure(answer)
  if (!MENDABLE.includes(answer.code)) await postToParent({ type: 'error', error: answer.error })
}

function setBusy(form: HTMLFormElement, busy: boolean): void {
  form.ariaBusy = String(busy)
  const submit = element<HTMLButtonElement>('submit')
  if (submit) submit.disabled = busy
}
