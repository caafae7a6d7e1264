/** Owns which language a page is in: the one a link or token names, else the best that the browser asks for, else English. */
import type { Messages } from './en.ts'
import { languages } from './languages.ts'

/** Longer headers are an attack, not a person's languages. */
const MAX_HEADER_CHARACTERS = 500

/**
 * @param acceptLanguage the header (RFC 9110 section 12.5.4)
 * @param named tags that win over the header, the first known one first; unknown ones are passed over
 */
export function chooseLanguage(
  acceptLanguage: string | undefined,
  ...named: readonly (string | null | undefined)[]
): Messages {
  const wanted = [...named, ...readAcceptLanguage(acceptLanguage ?? '')]
  for (const tag of wanted) {
    const found = tag === '*' ? languages[0] : tag && findLanguage(tag)
    if (found) return found
  }
  return languages[0]
}

/** The same tag, or any of the same language: pt-PT is better served by pt-BR than by English. */
function findLanguage(tag: string): Messages | undefined {
  const wanted = tag.toLowerCase()
  const base = (code: string) => code.split('-')[0]
  return (
    languages.find(({ code }) => code.toLowerCase() === wanted) ??
    languages.find(({ code }) => base(code) === base(wanted))
  )
}

/** The tags by falling weight; those with q=0 are not wanted. */
function readAcceptLanguage(header: string): string[] {
  return header
    .slice(0, MAX_HEADER_CHARACTERS)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((text) => text.trim())
      const q = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2)
      return { tag, weight: q === undefined ? 1 : Number(q) }
    })
    .filter(({ tag, weight }) => tag !== '' && weight > 0 && weight <= 1)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
}
