/** Owns the line that tells a person inside another app's browser why signing in may not work, and the ways out of it. */
import { html, type Html } from '../platform/html.ts'
import type { InAppBrowser } from './in-app-browser.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'

/** `link`: the whole address of the page, with its Connect token; opening it once more costs nothing. */
export function inAppNote(
  { name, system }: InAppBrowser,
  appName: string,
  link: string,
  { inApp }: Messages,
): Html {
  const why =
    name === undefined
      ? fill(inApp.unnamed, { app: appName })
      : fill(inApp.named, { browser: name, app: appName })
  return html`<aside class="note warning" id="in-app">
    <p>${why} ${inApp.advice}</p>
    <div class="actions">
      ${system === 'android' && html`<a class="button plain" href="${intentAddress(link)}">${inApp.open}</a>`}
      <button type="button" class="plain" id="copy" data-copy="${link}" data-copied="${inApp.copied}" hidden>
        ${inApp.copy}
      </button>
    </div>
    <p role="status" id="copied"></p>
  </aside>`
}

/** Android's own way to hand an address to the browser; one that has none just opens the page again. */
function intentAddress(link: string): string {
  const { protocol } = new URL(link)
  const scheme = protocol.replace(':', '')
  const rest = link.slice(protocol.length)
  return `intent:${rest}#Intent;scheme=${scheme};S.browser_fallback_url=${encodeURIComponent(link)};end`
}
