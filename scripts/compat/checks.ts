/** Owns running checks one after another, each with the console watched: the SDKs only warn where a response does not fit them. */
import assert from 'node:assert/strict'
import { format } from 'node:util'

export interface Result {
  method: string
  /** In one line; undefined: passed. */
  problem: string | undefined
}

export type Check = (method: string, run: () => Promise<void>) => Promise<void>

/** `results` grows with every check. */
export function createChecks(): { check: Check; results: Result[] } {
  const results: Result[] = []
  return {
    results,
    async check(method, run) {
      const said: string[] = []
      const { warn, error } = console
      console.warn = console.error = (...words: unknown[]) => void said.push(format(...words))
      let problem: string | undefined
      try {
        await run()
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
      } finally {
        Object.assign(console, { warn, error })
      }
      if (problem === undefined && said.length > 0) problem = `the SDK said: ${said.join('; ')}`
      results.push({ method, problem: problem?.replace(/\s+/g, ' ') })
    },
  }
}

/** What passes through the SDK untouched and so keeps the spelling of the wire. */
const UNTOUCHED = new Set(['connect', 'credentials'])

/** Every name is in camel case and nothing that should be a Date is still a text: the SDK has understood the whole object. */
export function assertUnderstood(value: unknown, where = ''): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    const path = `${where}${where && '.'}${name}`
    assert.doesNotMatch(name, /_/, `${path} keeps the spelling of the wire`)
    if (name.endsWith('At') && member !== undefined && member !== null)
      assert.ok(member instanceof Date && !Number.isNaN(member.getTime()), `${path} is no Date`)
    if (!UNTOUCHED.has(name)) assertUnderstood(member, path)
  }
}

/** All of these are there, neither undefined nor null. */
export function assertDefined(value: object, ...names: string[]): void {
  for (const name of names)
    assert.ok(
      (value as Record<string, unknown>)[name] != null,
      `${name} is ${String((value as never)[name])}`,
    )
}
