/** Owns the page inside the SDK's frame: it asks the server how things stand, and tells the page around it. */
import { openAgain } from './address.ts'
import { element, hide, setBusy, setText, show, showConnected, showFailure } from './elements.ts'
import { MENDABLE } from './keys.ts'
import { createAttempt, readAttempt, sendKeys, type CreatedAttempt, type Failure } from './server.ts'
import { postToParent } from './messages.ts'
import { texts } from './texts.ts'

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
  if (form.querySelector('[name^="field."], [name^="client."]')) return
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
  const early = ready && { popup: openWindow(ready.start_url) }
  setBusy(form, true)
  let created = ready ?? (await (prepared ?? createAttempt(form)))
  // What was prepared may have failed for a reason that has passed.
  if ('code' in created && prepared) created = await createAttempt(form)
  setBusy(form, false)
  prepared = undefined
  ready = undefined
  if ('code' in created) {
    await tellFailure(created)
    return
  }
  // Never a second one: of two windows for one attempt, one would be turned away.
  const { popup } = early ?? { popup: openWindow(created.start_url) }
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
  if (reopen) {
    reopen.href = address
    reopen.textContent = isOpen ? texts().again : texts().open
  }
  setText('waiting-text', isOpen ? texts().opened : texts().blocked)
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
    if (attempt?.status === 'done') {
      showConnected(attempt.account_name)
      await succeed(attempt.account_id ?? '')
      return
    }
    if (attempt?.status === 'failed') {
      const { error_code: code = 'unexpected', error = '' } = attempt
      startOver()
      await tellFailure({ code, error }, true)
      return
    }
  }
}

async function connectWithKeys(form: HTMLFormElement): Promise<void> {
  round += 1
  const mine = round
  setBusy(form, true, texts().trying)
  const answer = await sendKeys(form)
  setBusy(form, false)
  if (!('code' in answer)) {
    const { account_id: accountId, account_name: accountName, handle, start_url: address } = answer
    if (accountId !== undefined) {
      showConnected(accountName)
      await succeed(accountId)
    } else if (handle !== undefined && address !== undefined) {
      // The person still has to say something, in a window of its own.
      showWaiting(form, address, openWindow(address) !== null)
      await waitForEnd(handle, mine)
    }
    return
  }
  await tellFailure(answer)
}

/** What the person can mend here is no news for the page around. */
async function tellFailure(failure: Failure, isNews = !MENDABLE.includes(failure.code)): Promise<void> {
  // A link that is no longer good has a page of its own, which tells the page around, and the person where to get another one.
  if (failure.code.startsWith('token_') && openAgain()) return
  showFailure(failure)
  if (isNews) await postToParent({ type: 'error', error: failure.error })
}
