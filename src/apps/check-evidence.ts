/** Owns judging how well an app's facts are founded: sources, the day they were read, what is still unverified, quirks that have a name. */
import { quirkIdOf, quirks } from '../upstream/quirks.ts'
import type { CatalogApp } from './catalog.ts'

export interface EvidenceFindings {
  /** What an app of the built-in catalogue must not lack. */
  problems: string[]
  /** What grows old by itself. */
  warnings: string[]
  unverified: number
}

/** Providers change their pages about that often. */
const MAX_AGE_DAYS = 180
const DAY_MS = 86_400_000

/** `now` in milliseconds; lines are `$.path: what is wrong`. */
export function checkEvidence(app: CatalogApp, now: number): EvidenceFindings {
  const { sources, checked_on, unverified } = app.evidence
  const problems: string[] = []
  if (sources.length === 0) problems.push('$.evidence.sources: is empty')
  for (const [i, source] of sources.entries())
    if (URL.parse(source)?.protocol !== 'https:')
      problems.push(`$.evidence.sources[${i}]: must be an https address`)
  const checkedAt = checked_on ? Date.parse(checked_on) : Number.NaN
  if (Number.isNaN(checkedAt)) problems.push('$.evidence.checked_on: must say the day (YYYY-MM-DD)')
  else if (checkedAt > now) problems.push(`$.evidence.checked_on: ${checked_on} is yet to come`)
  for (const [i, quirk] of app.quirks.entries())
    if (!(quirkIdOf(quirk) in quirks))
      problems.push(`$.quirks[${i}]: ${quirkIdOf(quirk)} is not in the list of quirks`)
  const days = Math.floor((now - checkedAt) / DAY_MS)
  const warnings =
    days > MAX_AGE_DAYS
      ? [
          `$.evidence.checked_on: ${days} days ago; look whether it still holds (${MAX_AGE_DAYS} days at most)`,
        ]
      : []
  return { problems, warnings, unverified: unverified.length }
}
