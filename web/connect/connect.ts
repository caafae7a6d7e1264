/** Owns the script of the Connect page: the address without the token, and in a frame the popup, the asking and the messages. */
import { runInFrame } from './frame.ts'

/** A link works without this script; it only tidies up behind it. */
function start(): void {
  // The Connect token, or a code of the provider's, would stay in the history otherwise.
  if (location.search !== '') history.replaceState(null, '', location.pathname)
  if (window.parent !== window) runInFrame()
  // The browser lets only windows that a script has opened close themselves; in any other this does nothing.
  else if (document.body.dataset['closes'] === 'true') setTimeout(() => window.close(), 1500)
  document.getElementById('failure')?.focus()
}

start()
