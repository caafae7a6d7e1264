/** Owns what a page knows of the request for it: the address of this server, and the browser's kind and languages. */
import { chooseLanguage } from './messages/choose-language.ts'
import type { Messages } from './messages/en.ts'

export interface Visit {
  publicUrl: string
  /** The path of the public URL, without a slash at the end. */
  basePath: string
  acceptLanguage: string | undefined
  userAgent: string | undefined
}

/** `named`: languages that a link, a token or an attempt asks for; they win over the browser's. */
export const messagesFor = (
  { acceptLanguage }: Visit,
  ...named: readonly (string | null | undefined)[]
): Messages => chooseLanguage(acceptLanguage, ...named)
