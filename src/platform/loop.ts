/** Owns work that comes round: one task at a time, with jitter, stopped between two rounds. */

export interface Loop {
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>
}

export interface LoopTask {
  everyMs: number
  run: () => Promise<void>
  onError: (error: unknown) => void
}

/** Up to a fifth is added to each wait, so that processes that start together drift apart. */
export function startLoop({ everyMs, run, onError }: LoopTask): Loop {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> = Promise.resolve()

  const schedule = () => {
    if (stopped) return
    timer = setTimeout(
      () => {
        round = run().catch(onError).then(schedule)
      },
      everyMs * (1 + Math.random() / 5),
    )
    timer.unref()
  }
  schedule()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}
