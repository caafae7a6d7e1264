/** Owns finding out which of an upstream's resources an account is for: its site, its tenant, its data centre (quirk E1). */

import { AppError } from '../platform/errors.ts'
import { readPath, textOf } from './answer-path.ts'
import type { AppDefinition, Lookup } from './app-definition.ts'
import { holds } from './condition.ts'
import { parseAnswer } from './parse-answer.ts'
import { buildRequest } from './template-request.ts'
import type { Upstream } from './token-request.ts'
import { oauth2Of, type UpstreamValues } from './upstream-context.ts'

const LOOKUP_TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 2_000_000
/** More are no choice that a person can make on a page. */
const MAX_OPTIONS = 500

export interface LookupOption {
  value: string
  label: string
  /** Further fields that come with this one. */
  also: Record<string, string>
}

/** What only the person can say: one of several. */
export interface LookupChoice {
  /** The field. */
  name: string
  /** Of the field. */
  label: string
  options: LookupOption[]
}

export interface LookedUp {
  /** Fields with their values, for the account. */
  values: Record<string, string>
  choices: LookupChoice[]
}

export type LookupFailure = 'nothing_to_choose' | 'lookup_refused' | 'lookup_failed' | 'upstream_unreachable'

/** The message holds no secret. */
export class LookupFailed extends AppError {
  declare readonly code: LookupFailure

  constructor(code: LookupFailure, message: string) {
    super(502, message, { code })
  }
}

/** Carries the app's look-ups out, one after the other. @throws LookupFailed */
export async function runLookups(
  upstream: Upstream,
  app: AppDefinition,
  values: UpstreamValues,
): Promise<LookedUp> {
  const found: LookedUp = { values: {}, choices: [] }
  for (const lookup of oauth2Of(app).lookups) {
    const known = { ...values, customFields: { ...values.customFields, ...found.values } }
    const { options, preferred } = await optionsOf(upstream, app, lookup, known)
    const chosen = choose(lookup, options, preferred)
    if (chosen !== undefined) Object.assign(found.values, valuesOf(lookup.name, chosen))
    else if (options.length > 0)
      found.choices.push({ name: lookup.name, label: labelOf(app, lookup.name), options })
    else if (isRequired(app, lookup.name))
      throw new LookupFailed(
        'nothing_to_choose',
        `${app.name_slug} has no ${labelOf(app, lookup.name)} for this account`,
      )
  }
  return found
}

/** The fields that an option fills. */
export const valuesOf = (name: string, { value, also }: LookupOption): Record<string, string> => ({
  [name]: value,
  ...also,
})

function choose(
  { choose: rule }: Lookup,
  options: readonly LookupOption[],
  preferred: LookupOption | undefined,
): LookupOption | undefined {
  if (options.length === 1 || rule === 'first') return preferred ?? options[0]
  return rule === 'default_or_ask' ? preferred : undefined
}

async function optionsOf(
  { egress, clock }: Upstream,
  app: AppDefinition,
  lookup: Lookup,
  values: UpstreamValues,
): Promise<{ options: LookupOption[]; preferred: LookupOption | undefined }> {
  const answer = await ask(() => {
    const call = buildRequest(app, lookup, values, clock.now())
    return egress.request({ ...call, timeoutMs: LOOKUP_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES })
  })
  const failed = (code: LookupFailure, problem: string) =>
    new LookupFailed(code, `The look-up of ${lookup.name} at ${app.name_slug} ${problem}`)
  const { status, headers, body } = answer
  if (status === 401 || status === 403) throw failed('lookup_refused', `was refused with ${status}`)
  if (status === 429 || status >= 500) throw failed('upstream_unreachable', `was answered with ${status}`)
  if (status < 200 || status >= 300) throw failed('lookup_failed', `was answered with ${status}`)
  const content = parseAnswer(body.toString(), headers['content-type'] ?? '')
  if (content === undefined) throw failed('lookup_failed', 'cannot be read')
  // GraphQL says with 200 that it failed.
  const errors = readPath(content, 'errors')
  if ((Array.isArray(errors) && errors.length > 0) || (lookup.ok && !holds(lookup.ok, content)))
    throw failed('lookup_failed', 'reports a failure')

  const listed = lookup.list === undefined ? [content] : readPath(content, lookup.list)
  if (listed !== undefined && !Array.isArray(listed)) throw failed('lookup_failed', 'is no list')
  const entries = ((listed ?? []) as unknown[]).slice(0, MAX_OPTIONS).map((entry) => ({
    entry,
    option: optionOf(lookup, entry),
  }))
  const usable = entries.flatMap(({ entry, option }) => (option ? [{ entry, option }] : []))
  for (const { option } of usable) requirePatterns(app, valuesOf(lookup.name, option), failed)
  const { prefer } = lookup
  // A site is listed once for each of its products at Atlassian: that is no choice.
  const different = new Map(usable.map(({ option }) => [JSON.stringify([option.value, option.also]), option]))
  return {
    options: [...different.values()],
    preferred: prefer && usable.find(({ entry }) => holds(prefer, entry))?.option,
  }
}

async function ask<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const isOutage = error.code === 'upstream_unreachable' || error.code === 'upstream_timeout'
    throw new LookupFailed(isOutage ? 'upstream_unreachable' : 'lookup_failed', error.message)
  }
}

/** Undefined for an entry without the value: it is nothing to choose. */
function optionOf({ value, label, also }: Lookup, entry: unknown): LookupOption | undefined {
  const text = textOf(readPath(entry, value))
  if (text === undefined || text === '') return undefined
  const more = Object.entries(also).map(([name, path]) => [name, textOf(readPath(entry, path))] as const)
  return {
    value: text,
    label: (label === undefined ? undefined : textOf(readPath(entry, label))) ?? text,
    also: Object.fromEntries(more.filter((one): one is [string, string] => one[1] !== undefined)),
  }
}

/** A value that will name a host is refused now, not at every use. */
function requirePatterns(
  { custom_fields }: AppDefinition,
  values: Readonly<Record<string, string>>,
  failed: (code: LookupFailure, problem: string) => LookupFailed,
): void {
  for (const [name, value] of Object.entries(values)) {
    const pattern = custom_fields.find((field) => field.name === name)?.pattern
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value))
      throw failed('lookup_failed', `gave a ${name} that does not have its form`)
  }
}

const labelOf = ({ custom_fields }: AppDefinition, name: string) =>
  custom_fields.find((field) => field.name === name)?.label ?? name

const isRequired = ({ custom_fields }: AppDefinition, name: string) =>
  custom_fields.find((field) => field.name === name)?.required ?? true
