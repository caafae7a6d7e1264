/** Owns the script of the Connect page: a link works without it, and more easily with it; a frame needs it. */
import { hideQuery, openAgain } from './address.ts'
import { ignoreDoubleClicks } from './double-click.ts'
import { element } from './elements.ts'
import { easeFields } from './fields.ts'
import { runInFrame } from './frame.ts'
import { easeInApp } from './in-app.ts'
import { sendKeysFirst } from './keys.ts'
import { reloadOnChange } from './reload.ts'
import { easeSearch } from './search.ts'

function start(): void {
  const { page, closes, inApp } = document.body.dataset
  if (location.search === '' && openAgain()) return
  // Inside another app the address is what its menu hands to the person's own browser, so there it must stay whole.
  if (inApp === undefined) hideQuery()
  ignoreDoubleClicks()
  easeFields()
  easeSearch()
  easeInApp()
  reloadOnChange()
  if (window.parent !== window) runInFrame()
  else if (page === 'keys') sendKeysFirst()
  // The browser lets only windows that a script has opened close themselves; in any other this does nothing.
  else if (closes === 'true') setTimeout(() => window.close(), 1500)
  element('failure')?.focus()
}

start()
