/** Owns what every page has in common: the document around its content, and the headers that say what it may do. */
import { html, type Html } from '../platform/html.ts'
import type { Messages } from './messages/en.ts'
import type { PageAssets } from './page-assets.ts'

/** Who may show the page in a frame: anyone, nobody, or these origins. */
export type Framing = 'anyone' | 'nobody' | readonly string[]

export interface Page {
  status: number
  title: string
  body: Html
  /** The language that `body` is in. */
  messages: Messages
  framing: Framing
  /** What the script reads, as `data-…` of the body; `page` says which page it is. */
  data: Readonly<Record<string, string>>
  /** What a chat shows of the link. Without it: nothing but the title. */
  preview?: string
  /** Where a form may lead besides this server. */
  formTargets?: readonly string[]
  /** Go on to this address at once. Not a redirect: see `departure-page.ts`. */
  refreshTo?: string
  /** Something happens elsewhere: the page asks for itself until its `data.state` is another. */
  reloads?: boolean
  headers?: Readonly<Record<string, string>>
}

/** `basePath`: the path of the public URL, without a slash at the end. */
export function renderPage(page: Page, assets: PageAssets, nonce: string, basePath: string): string {
  const { messages, preview } = page
  const asset = (file: string) => `${basePath}/_static/assets/${file}`
  const data = Object.entries({ ...page.data, base: basePath }).map(
    ([name, value]) => html` data-${name}="${value}"`,
  )
  return html`<!doctype html>
    <html lang="${messages.code}" dir="${messages.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex, nofollow" />
        <title>${page.title}</title>
        ${
          preview !== undefined &&
          html`<meta property="og:title" content="${preview}" />
            <meta property="og:type" content="website" />`
        }
        ${page.refreshTo !== undefined && html`<meta http-equiv="refresh" content="0; url=${page.refreshTo}" />`}
        ${page.reloads && html`<noscript><meta http-equiv="refresh" content="3" /></noscript>`}
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${asset(assets.style)}" />
        <script defer nonce="${nonce}" src="${asset(assets.script)}"></script>
      </head>
      <body${data}>
        <main class="card">${page.body}</main>
      </body>
    </html> `.markup
}

export function pageHeaders(page: Page, nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    ["form-action 'self'", ...(page.formTargets ?? [])].join(' '),
    ...frameAncestors(page.framing),
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-language': page.messages.code,
    vary: 'accept-language, user-agent',
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex, nofollow',
    'cache-control': 'no-store',
    ...page.headers,
  }
}

function frameAncestors(framing: Framing): string[] {
  if (framing === 'anyone') return []
  return [`frame-ancestors ${framing === 'nobody' || framing.length === 0 ? "'none'" : framing.join(' ')}`]
}
