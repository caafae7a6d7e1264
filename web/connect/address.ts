/** Owns the query of the page's own address: out of the bar and of the history, yet there when somebody comes back. */

/** What an entry of the history holds: where its query is kept, which is in the tab's own storage and no longer than the tab. */
interface Entry {
  kept?: string
}

/** A browser may give a frame of another site no storage; until it is reloaded it needs none. */
let hidden: string | undefined

/** The Connect token would stay in the history otherwise, and so would a code of the provider's, which nobody needs again. */
export function hideQuery(): void {
  const { search, pathname } = location
  if (search === '') return
  const isLink = new URLSearchParams(search).has('token')
  if (isLink) hidden = search
  history.replaceState(isLink ? keep(search) : null, '', pathname)
}

/** The link once more from the server: reloaded, come back to, or no longer good. False where nothing was kept. */
export function openAgain(): boolean {
  const query = hidden ?? recall(history.state as Entry | null)
  if (query === null) return false
  document.body.hidden = true
  location.replace(location.pathname + query)
  return true
}

function keep(query: string): Entry | null {
  const kept = `query-${Math.random()}`
  try {
    sessionStorage.setItem(kept, query)
    return { kept }
  } catch {
    return null
  }
}

function recall(entry: Entry | null): string | null {
  try {
    return entry?.kept === undefined ? null : sessionStorage.getItem(entry.kept)
  } catch {
    return null
  }
}
