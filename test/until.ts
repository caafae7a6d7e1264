/** Owns waiting for what happens in the background. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'

const PATIENCE_MS = 20_000

/** Resolves as soon as `condition` holds; fails after twenty seconds, which are for a busy machine. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`)
    await delay(20)
  }
}
