/** Must fail: a thing without one name. */
export default function nameless(): string {
  return 'whatever the importer calls it'
}
