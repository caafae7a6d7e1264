/** Owns the people who may consent at the sandbox provider. */

export interface Person {
  id: string
  name: string
  email: string
}

export const people: readonly Person[] = [
  { id: 'ada', name: 'Ada Example', email: 'ada@example.com' },
  { id: 'grace', name: 'Grace Example', email: 'grace@example.com' },
  { id: 'linus', name: 'Linus Example', email: 'linus@example.com' },
]

export const findPerson = (id: string | undefined): Person | undefined =>
  people.find((person) => person.id === id)
