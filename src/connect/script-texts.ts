/** Owns the texts that the page's script shows: handed to it with the page, so that it has none of its own. */
import { explain, faultText, type ConnectErrorCode, type FieldFault } from './connect-errors.ts'
import type { ScriptTexts } from './contract.ts'
import type { Messages } from './messages/en.ts'
import { fillText } from './messages/fill.ts'

/** As JSON, for an attribute. */
export function scriptTexts(messages: Messages, app: string, product: string): string {
  const { waiting, connected, offline, errors, faults, fields, keys } = messages
  const texts: ScriptTexts = {
    opened: fillText(waiting.opened, { app }),
    blocked: fillText(waiting.blocked, { app }),
    again: waiting.again,
    open: waiting.open,
    trying: fillText(keys.trying, { app }),
    connectedTitle: connected.title,
    connected: fillText(connected.done, { app, product }),
    connectedAs: fillText(connected.doneAs, { app, product }),
    pasteFailed: fields.pasteFailed,
    failures: {
      offline: failure(offline),
      ...mapValues(errors, (_, code) => failure(explain(code as ConnectErrorCode, messages))),
    },
    faults: mapValues(faults, (_, fault) => faultText(fault as FieldFault, messages)),
  }
  return JSON.stringify(texts)
}

const failure = ({ title, cause, nextStep }: { title: string; cause: string; nextStep: string }) => ({
  title,
  text: `${cause} ${nextStep}`,
})

const mapValues = <Value, Made>(
  record: Readonly<Record<string, Value>>,
  make: (value: Value, name: string) => Made,
): Record<string, Made> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(value, name)]))
