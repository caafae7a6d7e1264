/** Owns the processes that are measured: started pinned to a core, asked for their CPU time and memory, ended with the bench. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

const SERVER_CORE = 0
const STOP_WITHIN_MS = 10_000

/** Servers on one core, everything else on the others. Without `taskset`, or on one core, the system decides. */
export const isPinned = availableParallelism() > 1 && has('taskset', ['--version'])

function has(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Moves this process, its threads and what it starts from now on away from the servers' core. */
export function leaveServerCore(): void {
  if (!isPinned) return
  const others = `${SERVER_CORE + 1}-${availableParallelism() - 1}`
  execFileSync('taskset', ['-apc', others, String(process.pid)], { stdio: 'ignore' })
}

export interface Child {
  readonly pid: number
  /** The next message of the child. @throws Error when it ends instead */
  message<Message>(): Promise<Message>
  /** Sends a message and waits for the answer. */
  ask<Message>(message: object): Promise<Message>
  /** CPU seconds used so far, in user and kernel mode, by all its threads. */
  cpuSeconds(): number
  /** Resident memory in MB (10^6 bytes). */
  residentMb(): number
  stop(): Promise<void>
}

export function startChild(args: readonly string[], env: Record<string, string> = {}): Child {
  const [program, ...rest] = isPinned
    ? ['taskset', '-c', String(SERVER_CORE), process.execPath, ...args]
    : [process.execPath, ...args]
  const child = spawn(program, rest, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const closed = once(child, 'close')
  return {
    pid: child.pid!,
    message: <Message>() => nextMessage<Message>(child),
    ask: <Message>(message: object) => {
      const answer = nextMessage<Message>(child)
      child.send(message)
      return answer
    },
    cpuSeconds: () => cpuSeconds(child.pid!),
    residentMb: () => Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(child.pid!, 'status'))?.[1]) * 1.024e-3,
    async stop() {
      child.kill('SIGTERM')
      const timer = new AbortController()
      void delay(STOP_WITHIN_MS, undefined, { signal: timer.signal }).then(
        () => child.kill('SIGKILL'),
        () => {},
      )
      await closed
      timer.abort()
    },
  }
}

async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const stop = new AbortController()
  const ended = once(child, 'exit', { signal: stop.signal }).then(([code]) => {
    throw new Error(`a measured process ended with code ${String(code)}`)
  })
  ended.catch(() => {})
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: stop.signal }), ended])) as [
      Message,
    ]
    return message
  } finally {
    stop.abort()
  }
}

const readProc = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')

/** proc_pid_stat(5): fields 14 and 15, in ticks of a hundredth second. Not a number where there is no /proc. */
function cpuSeconds(pid: number): number {
  try {
    const stat = readProc(pid, 'stat')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return NaN
  }
}
