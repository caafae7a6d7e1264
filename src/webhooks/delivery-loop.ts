/** Owns getting deliveries out: many at once, and never so many for one receiver that the others wait. */
import type { App } from '../app.ts'
import { type Loop, startLoop } from '../platform/loop.ts'
import { Wake } from '../platform/wake.ts'
import { type Outcome, sendDelivery } from './send-delivery.ts'
import {
  claimDeliveries,
  dueDeliveries,
  type DueDelivery,
  findMatter,
  settleDelivery,
} from './sending/store.ts'
import { settleOutcome } from './settle-outcome.ts'
import type { DeliveryRow } from './store.ts'

type Needs = Pick<App, 'db' | 'clock' | 'log' | 'egress' | 'vault'>

const ROUND_EVERY_MS = 1_000
/** On their way from this process at one time. Twenty receivers that hang fill it, for the ten seconds of an attempt. */
const MOST = 200
const MOST_PER_HOST = 10
const MOST_PER_PROJECT = 10
/** Longer than an attempt can take; after it another process takes over from one that died. */
const LEASE_MS = 30_000
const LOOKED_AT = 500

/** A stop waits for what is on its way. */
export function startDeliveries(app: Needs): Loop {
  const underWay = new Map<string, { at: DueDelivery; done: Promise<void> }>()
  const wake = new Wake()
  const stopListening = app.db.listen('deliveries', () => wake.now())
  let stopping = false

  async function round(): Promise<void> {
    for (;;) {
      if (stopping || underWay.size >= MOST) return
      const chosen = await choose([...underWay.values()].map(({ at }) => at))
      if (chosen.length === 0) return
      const now = app.clock.now()
      const claimed = await app.db.write((tx) => claimDeliveries(tx, chosen, now, now + LEASE_MS))
      for (const row of claimed) begin(row)
      // Somebody else was faster: his are gone from the list a moment from now.
      if (claimed.length === 0) return
    }
  }

  async function choose(sending: readonly DueDelivery[]): Promise<string[]> {
    const hosts = countBy(sending, ({ host }) => host)
    const projects = countBy(sending, ({ project_id }) => project_id)
    const full = (counts: Map<string, number>, most: number) =>
      [...counts].flatMap(([key, count]) => (count >= most ? [key] : []))
    const busy = { hosts: full(hosts, MOST_PER_HOST), projects: full(projects, MOST_PER_PROJECT) }
    const due = await dueDeliveries(app.db.read, app.clock.now(), busy, LOOKED_AT)
    const chosen: string[] = []
    for (const { id, host, project_id } of due) {
      if (sending.length + chosen.length >= MOST) break
      const ofHost = hosts.get(host) ?? 0
      const ofProject = projects.get(project_id) ?? 0
      if (underWay.has(id) || ofHost >= MOST_PER_HOST || ofProject >= MOST_PER_PROJECT) continue
      hosts.set(host, ofHost + 1)
      projects.set(project_id, ofProject + 1)
      chosen.push(id)
    }
    return chosen
  }

  function begin(row: DeliveryRow): void {
    const done = deliver(app, row)
      .catch((error: unknown) => app.log.error({ err: error, delivery: row.id }, 'delivering failed'))
      .then(() => {
        underWay.delete(row.id)
        wake.now()
      })
    underWay.set(row.id, { at: row, done })
  }

  const loop = startLoop({
    everyMs: ROUND_EVERY_MS,
    wake,
    run: round,
    onError: (error) => app.log.error({ err: error }, 'no deliveries this time; they come round again'),
  })
  wake.now()
  return {
    async stop() {
      stopping = true
      stopListening()
      await loop.stop()
      await Promise.all([...underWay.values()].map(({ done }) => done))
    },
  }
}

/** Nothing is sent that was withdrawn since it was claimed. */
async function deliver(app: Needs, claimed: DeliveryRow): Promise<void> {
  const matter = await findMatter(app.db.read, claimed.id)
  if (!matter) return
  if (!('event' in matter)) {
    const over = { next_attempt_at: null, finished_at: app.clock.now() }
    await app.db.write((tx) => settleDelivery(tx, claimed, { ...matter, ...over }))
    return
  }
  const outcome = await sendDelivery(app, matter).catch((error: unknown): Outcome => {
    app.log.error({ err: error, delivery: claimed.id }, 'a delivery could not be prepared')
    return { kind: 'failed', status: null, error: 'This server could not prepare the delivery' }
  })
  await settleOutcome(app, matter.delivery, outcome)
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
