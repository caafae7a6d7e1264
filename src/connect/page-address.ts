/** Owns writing the address of the Connect page, as the SDKs do (contract 5.2). */
import type { PageQuery } from './contract.ts'
import type { Visit } from './visit.ts'

/** What is undefined or empty is left out. */
export function pageAddress(
  { publicUrl }: Visit,
  query: Readonly<Partial<Record<keyof PageQuery, string | undefined>>>,
): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value) parameters.set(name, value)
  return `${publicUrl}/_static/connect.html?${parameters.toString()}`
}
