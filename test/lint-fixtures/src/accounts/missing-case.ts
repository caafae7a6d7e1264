/** Must fail: a kind of failure that no case handles. */
export function describe(kind: 'permanent' | 'transient'): string | undefined {
  switch (kind) {
    case 'permanent':
      return 'will never work again'
  }
  return undefined
}
