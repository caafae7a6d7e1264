/** Owns the page inside the SDK's frame: it asks the server how things stand, and tells the page around it. */
import { element, show, hide, showFailure } from './elements.ts'
import { createAttempt, readAttempt, sendKeys, type CreatedAttempt, type Failure } from './server.ts'
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
  if (form && page === 'sign-in') {
    prepare(form)
    setInterval(() => !form.hidden && prepare(form), PREPARE_AGAIN_AFTER_MS)
  }
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
  const form = element<HTMLFormElement>('connect')
  show(form)
  if (form) prepare(form)
  element('submit')?.focus()
}

/**
 * Made before the click, where there is nothing to fill in: the window can then be opened straight at its address. An empty one that is
 * led there afterwards would be lost to us wherever the developer's page isolates its windows (Cross-Origin-Opener-Policy).
 */
let prepared: Promise<CreatedAttempt | Failure> | undefined
let ready: CreatedAttempt | undefined

/** Well below the ten minutes that an attempt lives. */
const PREPARE_AGAIN_AFTER_MS = 4 * 60_000

function prepare(form: HTMLFormElement): void {
  if (form.querySelector('[name^="field."]')) return
  ready = undefined
  const preparing = createAttempt(form)
  prepared = preparing
  void preparing.then((created) => {
    if ('handle' in created && prepared === preparing) ready = created
  })
}

async function signIn(form: HTMLFormElement): Promise<void> {
  round += 1
  const mine = round
  let popup = ready && openWindow(ready.start_url)
  setBusy(form, true)
  let created = ready ?? (await (prepared ?? createAttempt(form)))
  // What was prepared may have failed for a reason that has passed.
  if ('code' in created && prepared) created = await createAttempt(form)
  setBusy(form, false)
  prepared = undefined
  ready = undefined
  if ('code' in created) {
    showFailure(created)
    return
  }
  popup ??= openWindow(created.start_url)
  showFailure(undefined)
  showWaiting(form, created.start_url, popup !== null)
  await waitForEnd(created.handle, mine)
}

/** Null: blocked, or opened and kept from us; nobody can tell which. */
function openWindow(address: string): Window | null {
  const popup = window.open(address, '_blank', 'popup,width=600,height=760')
  // The provider's page has no business with ours.
  if (popup) popup.opener = null
  return popup
}

function showWaiting(form: HTMLFormElement, address: string, isOpen: boolean): void {
  const reopen = element<HTMLAnchorElement>('reopen')
  const text = element('waiting-text')
  if (reopen) {
    reopen.href = address
    reopen.textContent = isOpen ? 'Open the window again' : 'Open the sign-in window'
  }
  if (text && !isOpen)
    text.textContent = 'Finish signing in in the new window. If none has opened, open it here:'
  hide(form)
  show(element('waiting'))
  reopen?.focus()
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
