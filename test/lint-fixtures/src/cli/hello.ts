/** Must pass: a command prints its answer. */
export async function hello(): Promise<void> {
  console.log(await Promise.resolve('hello'))
}
