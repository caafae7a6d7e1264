/** Owns how a run is told: as text for the terminal, and as docs/performance.md. Only what was measured, next to nothing else. */
import type { Machine } from './machine.ts'
import type { Figures, Method } from './measure.ts'
import { BASELINE } from './operations.ts'
import type { StartUp } from './startup.ts'

export interface Run {
  machine: Machine
  method: Method
  pinned: boolean
  accounts: { sqlite: number; postgres: number }
  /** Undefined where there was no PostgreSQL. */
  postgres: { version: string; fsync: string; synchronous_commit: string } | undefined
  figures: Figures[]
  loadGeneratorBusy: number
  startUp: StartUp
  /** Resident memory in MB of the SQLite server after all rounds. */
  loadedMb: number
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const milliseconds = (value: number) => value.toFixed(value < 10 ? 2 : 1)
const ratio = (value: number) => (Number.isFinite(value) ? value.toFixed(value < 0.1 ? 3 : 2) : '-')

const HEAD = ['Operation', 'req/s', 'ratio', 'best rounds', 'per CPU second', 'p50 ms', 'p99 ms']

const cells = (found: Figures) => [
  found.name,
  whole(found.perSecond),
  ratio(found.ratio.median),
  ratio(found.ratio.best),
  ratio(found.ratio.perCpuSecond),
  milliseconds(found.p50),
  milliseconds(found.p99),
]

export function table(figures: readonly Figures[]): string {
  const rows = [HEAD, HEAD.map((_, i) => (i === 0 ? '---' : '--:')), ...figures.map(cells)]
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const at = (run: Run, connections: number) => run.figures.filter((found) => found.connections === connections)

/** Markdown; formatting is the formatter's. */
export function report(run: Run): string {
  const { machine, method, startUp, postgres } = run
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  const counts = [...new Set(run.figures.map((found) => found.connections))]
  return `# Performance

Written by \`npm run bench\` on ${machine.date}; do not edit. Everything below was measured in that run, and nothing is promised. Absolute
figures belong to the machine; the ratios travel better.

## The machine

${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load average before the run ${machine.loadAverage.toFixed(1)}.
${versions.join(', ')}${postgres ? `, PostgreSQL ${postgres.version}` : ''}.

## How it is measured

- The yardstick is ${BASELINE}, in the same run: **ratio** is an operation's median rate over the yardstick's. **Best rounds** compares
  the best round of each; **per CPU second** counts answers per second of the server process's own CPU time, and so leaves out waiting for the disk or the database.
- Each server is one process${run.pinned ? ' pinned to one core; the load generator (and PostgreSQL) run on the others' : ', not pinned: `taskset` or a second core was missing'}. All stay up; the operations
  are visited in rotated order, ${method.rounds} rounds of ${method.roundMs / 1000} s after ${method.warmUpMs / 1000} s of warm-up, with the yardstick after every third. A single ratio is good to about a quarter.
- Requests go over keep-alive connections on loopback, without pipelining and without TLS. Every answer's status is checked.
- The load generator was busy for at most ${whole(run.loadGeneratorBusy * 100)} % of a round; near 100 % it, not the server, is the limit, and the yardstick's rate is too low.
- SQLite is on disk with \`synchronous=FULL\` and ${whole(run.accounts.sqlite)} accounts. ${postgresText(run)}
- The server logs at \`warn\`. Reads go to accounts spread over all rows; their credentials are fresh, so no provider is called.

${counts.map((connections) => `## ${connections === 1 ? 'One connection' : `${connections} connections`}\n\n${table(at(run, connections))}`).join('\n\n')}

## Start and memory

| | |
| --- | --: |
| \`npm start\`'s process to ready, new database (migrations, keys, first administrator) | ${whole(startUp.firstStartMs)} ms |
| the same, known database | ${whole(startUp.laterStartMs)} ms |
| resident memory, idle | ${whole(startUp.idleMb)} MB |
| resident memory after the run, ${whole(run.accounts.sqlite)} accounts | ${whole(run.loadedMb)} MB |

## Repeating it

\`npm run bench\` writes this page. \`npm run bench -- --quick\` takes fewer and shorter rounds and writes nothing here. \`npm run bench -- --profile\` shows where the server's time
goes and leaves CPU profiles in \`bench/results\`. \`BENCH_ACCOUNTS=1000000\` sets the number of accounts in SQLite, and \`TEST_DATABASE_URL\` a PostgreSQL server of your own.
`
}

function postgresText({ postgres, accounts }: Run): string {
  if (!postgres) return 'There was no PostgreSQL to be had.'
  const safe = postgres.fsync === 'on' && postgres.synchronous_commit === 'on'
  return `PostgreSQL holds ${whole(accounts.postgres)} accounts and ran with \`fsync=${postgres.fsync}\`, \`synchronous_commit=${postgres.synchronous_commit}\`${
    safe ? '' : ': its writes are **not** durable, so they are no match for SQLite’s'
  }.`
}
