/** Owns waiting for what happens in the background. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves as soon as `condition` holds; fails after ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`)
    await delay(20)
  }
}
