/** Owns the frame of the sandbox provider's pages: style, title and the policy that forbids everything else. */
import { digest } from '../platform/crypto/secrets.ts'
import { html, Html } from '../platform/html.ts'

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1917; --paper: #fffbf5; --line: #78716c; --accent: #92400e; --on-accent: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f5f0e8; --paper: #1c1917; --line: #a8a29e; --accent: #fbbf24; --on-accent: #1c1917 }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 26rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem }
.notice { border-left: .3rem solid var(--accent); padding-left: .75rem }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: .5rem 1rem }
label { display: block; padding: .5rem 0; min-height: 1.5rem }
input { accent-color: var(--accent); width: 1.1rem; height: 1.1rem; margin: 0 .5rem 0 0; vertical-align: -.15rem }
button { font: inherit; min-height: 2.75rem; padding: 0 1.5rem; margin: 0 .5rem .5rem 0; border-radius: .5rem;
  border: 1px solid var(--accent); background: none; color: var(--accent); cursor: pointer }
button.main { background: var(--accent); color: var(--on-accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
`

const styleHash = Buffer.from(digest(STYLE), 'base64url').toString('base64')

// No form-action: browsers hold it against every redirect after a form, and the callback may lead on to any address of
// the developer's. There is no script, and nothing on the page that is not escaped.
const POLICY = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`

export function page(status: number, title: string, content: Html): Answer {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body: document.markup,
  }
}

/** 303: whatever the browser sent, it goes on with a GET (RFC 9110 section 15.4.4). */
export const redirect = (location: string): Answer => ({
  status: 303,
  headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  body: '',
})
