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
  projectsWithDue,
  settleDelivery,
} from './sending/store.ts'
import { settleOutcome } from './settle-outcome.ts'
import type { DeliveryRow } from './store.ts'

type Needs = Pick<App, 'db' | 'clock' | 'log' | 'egress' | 'vault'>

const ROUND_EVERY_MS = 1_000
/** On their way from this process at one time. */
const MOST = 200
/** While more than that are, a project has one: receivers that hang, of however many projects, leave room for the others. */
const AMPLE = 100
const MOST_PER_HOST = 10
const MOST_PER_PROJECT = 10
/** Longer than an attempt can take; after it another process takes over from one that died. */
const LEASE_MS = 30_000
/** Of one project at a time. What it is owed further back waits with it for a host that is busy. */
const LOOKED_AT = 100

/** A stop waits for what is on its way. */
export function startDeliveries(app: Needs): Loop {
  const underWay = new Map<string, { at: DueDelivery; done: Promise<void> }>()
  const wake = new Wake()
  const stopListening = app.db.listen('deliveries', () => wake.now())
  /** Who had a turn when: whoever has waited longest is next. */
  const served = new Map<string, number>()
  let turn = 0
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
    const now = app.clock.now()
    const waiting = new Set(await projectsWithDue(app.db.read, now))
    for (const id of served.keys()) if (!waiting.has(id)) served.delete(id)
    const chosen: string[] = []
    for (const projectId of [...waiting].toSorted((a, b) => (served.get(a) ?? 0) - (served.get(b) ?? 0))) {
      const taken = sending.length + chosen.length
      const share = taken < AMPLE ? MOST_PER_PROJECT : 1
      let room = Math.min(share - (projects.get(projectId) ?? 0), MOST - taken)
      if (room <= 0) continue
      for (const { id, host } of await dueDeliveries(app.db.read, projectId, now, LOOKED_AT)) {
        const ofHost = hosts.get(host) ?? 0
        if (room === 0) break
        if (underWay.has(id) || ofHost >= MOST_PER_HOST) continue
        room -= 1
        hosts.set(host, ofHost + 1)
        chosen.push(id)
        served.set(projectId, (turn += 1))
      }
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
