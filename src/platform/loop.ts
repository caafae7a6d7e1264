/** Owns work that comes round: one task at a time, with jitter, stopped between two rounds. */
import type { Wake } from './wake.ts'

export interface Loop {
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>
}

export interface LoopTask {
  everyMs: number
  run: () => Promise<void>
  onError: (error: unknown) => void
  /** Whoever calls it gets a round at once, or after the one under way. */
  wake?: Wake
}

/** Up to a fifth is added to each wait, so that processes that start together drift apart. */
export function startLoop({ everyMs, run, onError, wake }: LoopTask): Loop {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> | undefined
  let again = false

  const start = () => {
    if (stopped) return
    if (round) {
      again = true
      return
    }
    clearTimeout(timer)
    round = run().catch(onError).then(settle)
  }
  const settle = () => {
    round = undefined
    if (stopped) return
    if (again) {
      again = false
      start()
      return
    }
    timer = setTimeout(start, everyMs * (1 + Math.random() / 5))
    timer.unref()
  }
  settle()
  wake?.listen(start)
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}
