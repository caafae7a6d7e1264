/** Must fail: a promise nobody waits for. */
const save = async (id: string) => Promise.resolve(id)

export function forget(id: string): void {
  save(id)
}
