/** Owns the query of the page's own address: out of the bar and of the list of visited pages, yet there when somebody comes back. */

interface Kept {
  query?: string
}

/** Beside the entry of the session, which no other site reads and no list shows. */
const kept = (): string | undefined => (history.state as Kept | null)?.query

/** The Connect token would stay in the history otherwise, and so would a code of the provider's, which nobody needs again. */
export function hideQuery(): void {
  if (location.search === '') return
  const isLink = new URLSearchParams(location.search).has('token')
  history.replaceState(isLink ? { query: location.search } : null, '', location.pathname)
}

/** The link once more from the server: reloaded, come back to, or no longer good. False where nothing was kept. */
export function openAgain(): boolean {
  const query = kept()
  if (query === undefined) return false
  document.body.hidden = true
  location.replace(location.pathname + query)
  return true
}
