/** Owns the method: rounds in rotated order with the baseline sampled often, and figures as ratios to it (medians, best rounds, per CPU second). */
import type { Operation } from './operations.ts'

export interface Figures {
  name: string
  connections: number
  /** Answers per second: median and best of the rounds. */
  perSecond: number
  best: number
  /** Answers per second of the server's CPU time, median of the rounds. */
  perCpuSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** To the baseline at as many connections. */
  ratio: { median: number; best: number; perCpuSecond: number }
}

export interface Method {
  rounds: number
  roundMs: number
  warmUpMs: number
}

export interface Measured {
  figures: Figures[]
  /** The busiest the load generator was in any round, 0..1: near 1 it was the limit, not the server. */
  loadGeneratorBusy: number
}

interface Sample {
  perSecond: number
  perCpuSecond: number
  p50: number
  p99: number
}

const BASELINE_EVERY = 3

/** @throws Error when an answer is not what it should be */
export async function measure(
  baseline: Operation,
  operations: readonly Operation[],
  connections: number,
  method: Method,
): Promise<Measured> {
  const all = [baseline, ...operations]
  const samples = new Map<Operation, Sample[]>(all.map((operation) => [operation, []]))
  let loadGeneratorBusy = 0
  for (const operation of all) {
    const body = await operation.target.pool.once(operation.requests[0]!)
    if (!operation.isRight(body)) throw new Error(`${operation.name}: a wrong answer: ${body.slice(0, 300)}`)
    await operation.target.pool.run(operation.requests, connections, method.warmUpMs)
  }

  const take = async (operation: Operation) => {
    const before = performance.eventLoopUtilization()
    const cpuBefore = operation.target.child.cpuSeconds()
    const load = await operation.target.pool.run(operation.requests, connections, method.roundMs)
    const cpu = operation.target.child.cpuSeconds() - cpuBefore
    loadGeneratorBusy = Math.max(loadGeneratorBusy, performance.eventLoopUtilization(before).utilization)
    samples.get(operation)!.push({
      perSecond: load.answers / load.seconds,
      perCpuSecond: load.answers / cpu,
      p50: quantile(load.latencies, 0.5),
      p99: quantile(load.latencies, 0.99),
    })
  }
  for (let round = 0; round < method.rounds; round += 1) {
    for (let i = 0; i < operations.length; i += 1) {
      if (i % BASELINE_EVERY === 0) await take(baseline)
      await take(operations[(i + round) % operations.length]!)
    }
  }

  const summary = new Map(all.map((operation) => [operation, summarize(samples.get(operation)!)]))
  const yardstick = summary.get(baseline)!
  const figures = all.map((operation): Figures => {
    const found = summary.get(operation)!
    const ratio = {
      median: found.perSecond / yardstick.perSecond,
      best: found.best / yardstick.best,
      perCpuSecond: found.perCpuSecond / yardstick.perCpuSecond,
    }
    return { name: operation.name, connections, ...found, ratio }
  })
  return { figures, loadGeneratorBusy }
}

const summarize = (samples: readonly Sample[]) => ({
  perSecond: median(samples.map((sample) => sample.perSecond)),
  best: Math.max(...samples.map((sample) => sample.perSecond)),
  perCpuSecond: median(samples.map((sample) => sample.perCpuSecond)),
  p50: median(samples.map((sample) => sample.p50)),
  p99: median(samples.map((sample) => sample.p99)),
})

export const median = (values: readonly number[]): number =>
  quantile(Float64Array.from(values).toSorted(), 0.5)

const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN
