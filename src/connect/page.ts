/** Owns what every page has in common: the document around its content, and the headers that say what it may do. */
import { html, type Html } from '../platform/html.ts'
import type { PageAssets } from './page-assets.ts'

/** Who may show the page in a frame: anyone, nobody, or these origins. */
export type Framing = 'anyone' | 'nobody' | readonly string[]

export interface Page {
  status: number
  title: string
  body: Html
  framing: Framing
  /** What the script reads, as `data-…` of the body; `page` says which page it is. */
  data: Readonly<Record<string, string>>
  /** Where a form may lead besides this server. */
  formTargets?: readonly string[]
  /** Go on to this address at once. Not a redirect: see `departure-page.ts`. */
  refreshTo?: string
  headers?: Readonly<Record<string, string>>
}

/** `basePath`: the path of the public URL, without a slash at the end. */
export function renderPage(page: Page, assets: PageAssets, nonce: string, basePath: string): string {
  const asset = (file: string) => `${basePath}/_static/assets/${file}`
  const data = Object.entries({ ...page.data, base: basePath }).map(
    ([name, value]) => html` data-${name}="${value}"`,
  )
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title}</title>
        ${page.refreshTo !== undefined && html`<meta http-equiv="refresh" content="0; url=${page.refreshTo}" />`}
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
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...page.headers,
  }
}

function frameAncestors(framing: Framing): string[] {
  if (framing === 'anyone') return []
  return [`frame-ancestors ${framing === 'nobody' || framing.length === 0 ? "'none'" : framing.join(' ')}`]
}
