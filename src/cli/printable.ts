/** Owns printing what others wrote: a name may hold anything; a terminal must not obey it. */

export const printable = (value: string | number | boolean | null): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this takes out
  String(value ?? '-').replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
