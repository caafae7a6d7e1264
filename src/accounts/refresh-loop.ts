/**
 * Owns refreshing ahead of need, so that readers practically never wait: accounts that are due are refreshed by the same flights as
 * readers use, spread over their providers, slowly enough for each, and not at all where a provider is out.
 */
import { projectEnvironmentOfRow } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { type Loop, startLoop } from '../platform/loop.ts'
import { refreshAccount, type RefreshCapabilities } from './refresh-account.ts'
import { RefreshPace } from './refresh-pace.ts'
import { type DueAccount, listDueRefreshes } from './store.ts'

type Capabilities = RefreshCapabilities & Pick<App, 'refreshFlights'>

const EVERY_MS = 250
const LOOK_EVERY_MS = 1000
/** Rows per query; an app that has half of it waiting here is not looked for. */
const BATCH = 200
/**
 * A look passes over all that an app that is out has due: with tens of thousands that takes a third of a second. It may take this part of
 * the time, and a database that is slow once is asked again soon all the same.
 */
const LOOK_PART = 0.05
const LOOK_AT_LEAST_EVERY_MS = 10_000
/** The loop is ahead of readers by a tenth of a token's life, at most by this. */
const MAX_LEAD_MS = 5 * 60_000
const LEAD_PART = 0.1
/** Tokens that live for less, or for no time at all, as some answers say, are refreshed when somebody reads them. */
const SHORTEST_LIFE_MS = 60_000

export class RefreshLoop {
  readonly #app: Capabilities
  readonly #pace: RefreshPace
  /** App -> accounts that wait for their turn. */
  readonly #waiting = new Map<string, DueAccount[]>()
  readonly #known = new Set<string>()
  readonly #running = new Set<Promise<void>>()
  readonly #now: () => number
  #nextLookAt = -Infinity
  #stopped = false

  /** `now` is monotonic, in milliseconds. */
  constructor(app: Capabilities, now: () => number = () => performance.now()) {
    this.#app = app
    this.#now = now
    this.#pace = new RefreshPace(app.config.refreshLoop, now)
  }

  /** Looks for work, at most once a second, and starts what may start now. */
  async round(): Promise<void> {
    const began = this.#now()
    if (began >= this.#nextLookAt) {
      this.#nextLookAt = began + LOOK_EVERY_MS
      await this.#look()
      const fair = (this.#now() - began) / LOOK_PART
      this.#nextLookAt = began + Math.max(LOOK_EVERY_MS, Math.min(fair, LOOK_AT_LEAST_EVERY_MS))
    }
    this.#startSome()
  }

  /** Nothing new is started; resolves when what was started has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting.clear()
    await Promise.allSettled(this.#running)
  }

  async #look(): Promise<void> {
    const { db, clock, outages } = this.#app
    const until = clock.now() + MAX_LEAD_MS
    const out = outages.out()
    const lives = new Map<string, boolean>()
    for (const slug of out) {
      // What had been waiting before the outage was noticed waits in the database.
      for (const row of this.#waiting.get(slug) ?? []) this.#known.delete(row.id)
      this.#waiting.delete(slug)
      if (outages.takeProbe(slug))
        await this.#queue(await listDueRefreshes(db.read, { until, limit: 1, app: slug }), lives)
    }
    const crowded = [...this.#waiting].filter(([, rows]) => rows.length >= BATCH / 2).map(([slug]) => slug)
    const passed = [...out, ...crowded]
    for (let isFull = true; isFull;) {
      const rows = await listDueRefreshes(db.read, { until, limit: BATCH, exceptApps: passed })
      await this.#queue(rows, lives)
      isFull = rows.length === BATCH
      // Behind those who fill it there may be others, who do not wait for them.
      passed.push(...new Set(rows.map((row) => row.app_slug)))
    }
  }

  async #queue(rows: DueAccount[], lives: Map<string, boolean>): Promise<void> {
    for (const row of rows) {
      if (this.#known.has(row.id) || !isDue(this.#app, row)) continue
      if (await this.#isHeld(row, lives)) continue
      this.#known.add(row.id)
      const waiting = this.#waiting.get(row.app_slug)
      if (waiting) waiting.push(row)
      else this.#waiting.set(row.app_slug, [row])
    }
  }

  /** By a refresh of this process, or by another process that lives; who holds is asked for once a look, not once an account. */
  async #isHeld(row: DueAccount, lives: Map<string, boolean>): Promise<boolean> {
    const { refreshFlights, processes, clock } = this.#app
    if (refreshFlights.has(row.id)) return true
    const holder = row.refresh_holder
    if (row.refresh_attempt === null || holder === null || holder === processes.bootId) return false
    if ((row.refresh_lease_until ?? 0) <= clock.now()) return false
    let alive = lives.get(holder)
    if (alive === undefined) lives.set(holder, (alive = await processes.isAlive(holder)))
    return alive
  }

  #startSome(): void {
    if (this.#stopped) return
    for (const [slug, rows] of this.#waiting) {
      const provider = providerOf(this.#app, slug)
      while (rows.length > 0 && this.#pace.take(provider)) this.#start(rows.shift()!, provider)
      if (rows.length === 0) this.#waiting.delete(slug)
    }
  }

  #start(row: DueAccount, provider: string): void {
    const env = projectEnvironmentOfRow(row.workspace_id, row)
    const work = this.#app.refreshFlights
      .join(row.id, async () => void (await refreshAccount(this.#app, env, row)))
      .catch((error: unknown) => {
        this.#app.log.warn({ err: error, account: row.id }, 'a background refresh could not be carried out')
      })
      .finally(() => {
        this.#running.delete(work)
        this.#known.delete(row.id)
        this.#pace.giveBack(provider)
        this.#startSome()
      })
    this.#running.add(work)
  }
}

/** Ahead of the time that readers go by, each account by its own part of the lead, so that what was issued together is spread. */
function isDue(app: Pick<App, 'clock' | 'catalog'>, row: DueAccount): boolean {
  const now = app.clock.now()
  if (row.retry_at !== null) return row.retry_at <= now
  if (row.next_refresh_at === null) return false
  const { expires_at: end, last_refreshed_at: start } = row
  if (end === null || start === null) return row.next_refresh_at <= now
  const lead = Math.min(MAX_LEAD_MS, (end - start) * LEAD_PART) * (0.2 + 0.8 * partOf(row.id))
  const minAge = (app.catalog.current.find(row.app_slug)?.oauth?.lifecycle.min_age_s ?? 0) * 1000
  return Math.max(row.next_refresh_at - lead, start + minAge, start + SHORTEST_LIFE_MS) <= now
}

/** Evenly in [0, 1), the same for one account in all processes. */
function partOf(id: string): number {
  let sum = 0
  for (let i = 0; i < id.length; i += 1) sum = (sum * 31 + id.charCodeAt(i)) % 10_007
  return sum / 10_007
}

/** Apps of one provider share its patience: what stands for it is the host of the token endpoint. */
function providerOf({ catalog }: Pick<App, 'catalog'>, slug: string): string {
  const oauth = catalog.current.find(slug)?.oauth
  const host = oauth && /^https?:\/\/([^/{}]+)\//.exec(oauth.token_url)?.[1]
  return host ?? slug
}

/** Its `stop` waits for the refreshes under way. */
export function startRefreshLoop(app: Capabilities): Loop {
  const work = new RefreshLoop(app)
  let failing = false
  const loop = startLoop({
    everyMs: EVERY_MS,
    run: async () => {
      await work.round()
      failing = false
    },
    onError: (error) => {
      // Four times a second would fill the log of an outage.
      if (!failing) app.log.error({ err: error }, 'looking for accounts to refresh failed; it goes on trying')
      failing = true
    },
  })
  return {
    async stop() {
      await loop.stop()
      await work.stop()
    },
  }
}
