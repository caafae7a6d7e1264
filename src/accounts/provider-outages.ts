/**
 * Owns seeing from many accounts of one app what no single one can tell: that its provider is out, or refuses everybody. What this process
 * has met is enough for that, so it is kept in memory.
 */
import type { App } from '../app.ts'
import type { TokenFailureKind } from '../upstream/token-request-failed.ts'

type Capabilities = Pick<App, 'clock' | 'log'>

/** So many accounts failing within the window, and none succeeding, is an outage of the provider's. */
const OUTAGE_ACCOUNTS = 5
const OUTAGE_WINDOW_MS = 2 * 60_000
/** Seconds between two probes; the last step repeats. */
const PROBE_STEPS = [1, 2, 4, 8, 16, 32, 64, 128, 300]
const JITTER = 0.2

/** So many refusals within the window, and most of all answers, is more likely a mistake of the provider's than so many people leaving. */
const WAVE_ACCOUNTS = 10
const WAVE_WINDOW_MS = 3600_000
const MAX_ACCOUNTS = 5_000

interface Health {
  /** Account -> when, since the last success. */
  failing: Map<string, number>
  /** Account -> when its last answer came and whether that was a refusal. */
  answers: Map<string, { at: number; refused: boolean }>
  outage: { since: number; probes: number; nextProbeAt: number } | undefined
}

export class ProviderOutages {
  readonly #app: Capabilities
  readonly #health = new Map<string, Health>()

  constructor(app: Capabilities) {
    this.#app = app
  }

  succeeded(appSlug: string, accountId: string): void {
    const health = this.#of(appSlug)
    health.failing.clear()
    this.#note(health, accountId, false)
    if (!health.outage) return
    const seconds = Math.round((this.#app.clock.now() - health.outage.since) / 1000)
    this.#app.log.warn({ app: appSlug, seconds }, 'a provider answers again: refreshing goes on')
    health.outage = undefined
  }

  failed(appSlug: string, accountId: string, kind: TokenFailureKind): void {
    const health = this.#of(appSlug)
    const now = this.#app.clock.now()
    if (kind === 'permanent') this.#note(health, accountId, true)
    if (kind === 'permanent' || kind === 'configuration' || health.outage) return
    health.failing.delete(accountId)
    health.failing.set(accountId, now)
    // Oldest first, so those too old come first.
    for (const [id, at] of health.failing) {
      if (at > now - OUTAGE_WINDOW_MS && health.failing.size <= MAX_ACCOUNTS) break
      health.failing.delete(id)
    }
    if (health.failing.size < OUTAGE_ACCOUNTS) return
    health.outage = { since: now, probes: 0, nextProbeAt: now + 1000 }
    this.#app.log.warn(
      { app: appSlug, accounts: health.failing.size },
      'a provider is out: background refreshes wait, one account at a time asks whether it is back',
    )
  }

  isOut(appSlug: string): boolean {
    return this.#health.get(appSlug)?.outage !== undefined
  }

  /** The apps whose accounts are not to be refreshed ahead of need now. */
  out(): string[] {
    return [...this.#health].filter(([, { outage }]) => outage).map(([slug]) => slug)
  }

  /** True once per back-off step of an outage: one account may ask. */
  takeProbe(appSlug: string): boolean {
    const outage = this.#health.get(appSlug)?.outage
    const now = this.#app.clock.now()
    if (!outage || outage.nextProbeAt > now) return false
    const step = PROBE_STEPS[Math.min(outage.probes, PROBE_STEPS.length - 1)]!
    outage.probes += 1
    outage.nextProbeAt = now + step * 1000 * (1 + JITTER * Math.random())
    return true
  }

  /** Whether most accounts of the app have been refused lately: then a refusal proves nothing about one of them. */
  refusesEverybody(appSlug: string): boolean {
    const since = this.#app.clock.now() - WAVE_WINDOW_MS
    const answers = [...(this.#health.get(appSlug)?.answers.values() ?? [])].filter(({ at }) => at > since)
    const refused = answers.filter((answer) => answer.refused).length
    return refused >= WAVE_ACCOUNTS && refused > answers.length / 2
  }

  #note(health: Health, accountId: string, refused: boolean): void {
    health.answers.delete(accountId)
    health.answers.set(accountId, { at: this.#app.clock.now(), refused })
    if (health.answers.size <= MAX_ACCOUNTS) return
    const [oldest] = health.answers.keys()
    health.answers.delete(oldest!)
  }

  #of(appSlug: string): Health {
    let health = this.#health.get(appSlug)
    if (!health) {
      health = { failing: new Map(), answers: new Map(), outage: undefined }
      this.#health.set(appSlug, health)
    }
    return health
  }
}
