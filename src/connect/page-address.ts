/** Owns writing the address of the Connect page, as the SDKs do (contract 5.2). */
import type { AttemptPlan } from './attempt-plan.ts'
import { PageQuery } from './contract.ts'
import type { Visit } from './visit.ts'

type Located = Pick<Visit, 'publicUrl'>

/** What is undefined or empty is left out. */
export function pageAddress(
  { publicUrl }: Located,
  query: Readonly<Partial<Record<keyof PageQuery, string | undefined>>>,
): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value) parameters.set(name, value)
  return `${publicUrl}/_static/connect.html?${parameters.toString()}`
}

/** The page as it was when the attempt began; what was typed into it is not in the address. */
export function pageOfAttempt(located: Located, { connectToken, request }: AttemptPlan): string {
  const asked = Object.entries(request).filter(([name]) => Object.hasOwn(PageQuery.properties, name))
  return pageAddress(located, { ...Object.fromEntries(asked), token: connectToken })
}
