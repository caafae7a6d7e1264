/** Owns what a chat learns of a link that somebody sends in it: whose product it belongs to, and nothing of the person. */
import type { Messages } from './messages/en.ts'
import type { Page } from './page.ts'
import { pageHead, previewTitle } from './page-parts.ts'
import type { Project } from './resolve-connection.ts'
import type { Visit } from './visit.ts'

export function previewPage(visit: Visit, messages: Messages, project: Project): Page {
  const title = previewTitle(messages, project)
  return {
    status: 200,
    title,
    messages,
    framing: 'nobody',
    data: { page: 'preview' },
    preview: title,
    body: pageHead(visit, title, { project }),
  }
}
