/** Owns the words and the table of docs/losses.md, and whether the figures keep the promise. */
import type { Moment } from './killing-provider.ts'
import type { Measured, Outcome } from './measure-grace.ts'

/** A strict provider's token may be lost up to here: until then the answer may not have reached the disk. */
const UNSAFE_MS = 5

const nameOf = (moment: Moment) =>
  typeof moment === 'number' ? `${moment} ms after the answer's last byte` : moment
const isSafe = (moment: Moment) =>
  moment === 'on arrival' || (typeof moment === 'number' && moment > UNSAFE_MS)

function count(measured: readonly Measured[], moment: Moment): Record<Outcome, number> {
  const counts = { kept: 0, recovered: 0, lost: 0 }
  for (const one of measured) if (one.moment === moment) counts[one.outcome] += 1
  return counts
}

export function lossesDocument(
  graceful: readonly Measured[],
  strict: readonly Measured[],
): { text: string; broken: string[] } {
  const broken: string[] = []
  const rows = [...new Set(graceful.map(({ moment }) => moment))].map((moment) => {
    const [a, b] = [count(graceful, moment), count(strict, moment)]
    if (a.lost > 0) broken.push(`with 30 s of grace, killed ${nameOf(moment)}: ${a.lost} lost`)
    if (b.lost > 0 && isSafe(moment)) broken.push(`without grace, killed ${nameOf(moment)}: ${b.lost} lost`)
    return `| ${[nameOf(moment), a.kept, a.recovered, a.lost, b.kept, b.recovered, b.lost].join(' | ')} |`
  })
  const text = `# What a kill can cost

A provider that rotates refresh tokens spends the old one and makes the new one in its own transaction; storing the new one is ours. Nothing
can make the two one. So we measured it: a provider on loopback that knows the server's process and ends it with \`SIGKILL\` at a chosen
moment of the exchange, ${graceful.length + strict.length} times, with a grace period (the old refresh token is taken for another 30 seconds, as many providers
do) and without (its second use ends the grant, RFC 9700 section 4.14). After each kill the server starts again and the account is read.
The server has refreshed another account before the one it dies over, as a server in service has. The very first refresh of a process takes some
milliseconds longer, its code being new to the machine: without that one before, 2 of 62 were lost at 20 ms.

\`kept\`: the new tokens were on disk, nobody was asked again. \`recovered\`: the old token was sent once more, and taken. \`lost\`: the account
has to be reconnected, says so itself (\`refresh_outcome_unknown\`, never "revoked"), and \`account.unhealthy\` has told the developer.

| Killed | 30 s grace: kept | recovered | lost | no grace: kept | recovered | lost |
|---|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}

**The promise.** With a grace period: nothing is lost. Without: only if the process dies before it has the answer, or within ${UNSAFE_MS} ms of its last
byte; from then on the answer is synced to the journal. ${broken.length === 0 ? 'Both are kept by the figures above.' : `Broken: ${broken.join('; ')}.`}

**What never costs a token**, however long it takes, each with its test:

| What happens | Test |
|---|---|
| the database is down when the answer comes | \`src/accounts/refresh-account.test.ts\`, "an outage at the commit keeps the answer" |
| the reservation cannot be stored (database down, disk full) | "no refresh starts when its reservation cannot be stored": the provider is not asked |
| the journal's disk is full | "a journal that takes nothing, its disk being full, does not cost the answer either" |
| the process is stopped with \`SIGTERM\` | refreshes under way are waited for before the database is closed (\`src/bootstrap/create-app.ts\`) |
| the process is frozen and thaws later | \`src/accounts/refresh-holders.test.ts\`, "the answer of a thawed process heals the account" |
| the process died and another one is there | \`src/accounts/refresh-holders.test.ts\`, "a reservation that a dead process left is taken over at once" |

The table is made by \`npm run losses\` (SQLite, ordinary durability; some twenty minutes) and is not made anew by tests.
`
  return { text, broken }
}
