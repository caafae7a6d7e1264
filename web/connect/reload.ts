/** Owns waiting for what happens elsewhere: the page asks for itself until it would read otherwise. */

const ASK_AGAIN_AFTER_MS = 1500

/** Without script the page does it by refreshing itself. */
export function reloadOnChange(): void {
  const { state } = document.body.dataset
  if (state === undefined || !document.querySelector('noscript')) return
  const ask = async () => {
    const answer = await fetch(location.pathname, { redirect: 'manual', cache: 'no-store' }).catch(() => null)
    // Neither offline nor an outage is news.
    const isNews = answer && answer.status < 500 && answer.status !== 429
    const isSame = isNews && answer.ok && (await answer.text()).includes(` data-state="${state}"`)
    if (isNews && !isSame) location.replace(location.pathname)
    else setTimeout(() => void ask(), ASK_AGAIN_AFTER_MS)
  }
  setTimeout(() => void ask(), ASK_AGAIN_AFTER_MS)
}
