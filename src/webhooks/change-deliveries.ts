/** Owns changing what a webhook owes, a few rows at a time: there may be a million, and nothing else waits for them. */
import type { App } from '../app.ts'
import { announce } from '../db/announce.ts'
import type { Tx } from '../db/open.ts'
import { changeNextDeliveries, type DeliveryRow } from './store.ts'

const BATCH = 500

/**
 * All that have the status, those of `stillTrue` as long as it holds. Cut short by a crash, it leaves the rest as it was: what is sent, and
 * where to, is decided by the webhook itself (`findMatter`).
 */
export async function changeDeliveries(
  app: Pick<App, 'db'>,
  webhookId: string,
  status: DeliveryRow['status'],
  change: Partial<DeliveryRow>,
  stillTrue: (tx: Tx) => Promise<boolean> = async () => true,
): Promise<void> {
  let last: string | undefined = ''
  while (last !== undefined) {
    const after: string = last
    last = await app.db.write(async (tx) => {
      if (!(await stillTrue(tx))) return undefined
      announce(tx, 'deliveries')
      return changeNextDeliveries(tx, { webhookId, status, after, limit: BATCH }, change)
    })
  }
}
