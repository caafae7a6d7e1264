/** Owns that a double click is one click: a second try would take the place of the first, and find what that has used up. */

const DOUBLE_CLICK_MS = 1000

/** Forms that the script sends itself look after themselves. */
export function ignoreDoubleClicks(): void {
  let last = -DOUBLE_CLICK_MS
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return
    if (event.timeStamp - last < DOUBLE_CLICK_MS) event.preventDefault()
    else last = event.timeStamp
  })
}
