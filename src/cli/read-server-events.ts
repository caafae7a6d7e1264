/** Owns reading server-sent events (HTML standard, section 9.2.6), as far as our own streams use them. */

export interface ServerEvent {
  id: string
  type: string
  data: string
}

/** Comments pass by unseen; a message that is cut off at the end does not count. `onMark` hears of an id that comes without an event. */
export async function* readServerEvents(
  pieces: AsyncIterable<string>,
  onMark: (id: string) => void = () => {},
): AsyncGenerator<ServerEvent> {
  let rest = ''
  for await (const piece of pieces) {
    const messages = (rest + piece).split('\n\n')
    rest = messages.pop() ?? ''
    for (const message of messages) {
      const fields = new Map(
        message.split('\n').flatMap((line) => {
          const [, name, value] = /^([a-z]+): ?(.*)$/s.exec(line) ?? []
          return name === undefined ? [] : [[name, value ?? ''] as const]
        }),
      )
      const id = fields.get('id')
      const data = fields.get('data')
      if (data !== undefined) yield { id: id ?? '', type: fields.get('event') ?? 'message', data }
      else if (id !== undefined) onMark(id)
    }
  }
}
