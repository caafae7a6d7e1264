/** Owns how each failure reads in German. */
import type { Messages } from '../en.ts'

export const errors: Messages['errors'] = {
  token_missing: {
    title: 'Diese Seite braucht einen Link',
    cause: 'Die Seite wurde ohne den zugehörigen Link geöffnet.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  token_invalid: {
    title: 'Dieser Link ist nicht gültig',
    cause: 'Der Link ist abgelaufen oder wurde nicht vollständig kopiert.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  token_expired: {
    title: 'Dieser Link ist abgelaufen',
    cause: 'Ein Link gilt nur eine begrenzte Zeit, und diese ist vorbei.',
    nextStep: 'Gehen Sie dorthin zurück, woher Sie gekommen sind, und beginnen Sie von vorn.',
  },
  token_used: {
    title: 'Dieser Link wurde schon benutzt',
    cause: 'Mit diesem Link wurde bereits ein Konto verbunden. Ein Link gilt einmal.',
    nextStep:
      'Wenn Sie noch ein Konto verbinden möchten, gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  parameter_invalid: {
    title: 'Dieser Link ist nicht lesbar',
    cause: 'In der Adresse oder im Formular fehlt etwas, ist zu lang oder doppelt.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  app_unknown: {
    title: 'Diese App ist hier nicht bekannt',
    cause: 'Der Link nennt eine App, die dieser Server nicht hat.',
    nextStep: 'Geben Sie der Person Bescheid, von der Sie den Link haben.',
  },
  app_mismatch: {
    title: 'Dieser Link gilt für etwas anderes',
    cause: 'Der Link wurde für eine andere App gemacht als die, die er verlangt.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  app_not_connectable: {
    title: 'Diese App lässt sich hier nicht verbinden',
    cause: 'Die App braucht kein Konto, oder sie meldet auf eine Art an, die dieser Server nicht kennt.',
    nextStep: 'Geben Sie der Person Bescheid, von der Sie den Link haben.',
  },
  keys_not_accepted: {
    title: 'Diese App wird durch Anmelden verbunden',
    cause: 'Konten dieser App werden nicht mit Schlüsseln verbunden.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  oauth_app_unknown: {
    title: 'Diese App ist nicht eingerichtet',
    cause: 'Der Link nennt eine OAuth-App, die dieses Projekt für diese App nicht hat.',
    nextStep: 'Geben Sie der Person Bescheid, von der Sie den Link haben.',
  },
  app_override_unknown: {
    title: 'Diese App ist nicht eingerichtet',
    cause: 'Der Link nennt Einstellungen, die dieses Projekt für diese App nicht hat.',
    nextStep: 'Geben Sie der Person Bescheid, von der Sie den Link haben.',
  },
  oauth_app_missing: {
    title: 'Diese App ist noch nicht eingerichtet',
    cause: 'In diesem Projekt hat noch niemand eine OAuth-App für sie registriert.',
    nextStep: 'Geben Sie der Person Bescheid, von der Sie den Link haben.',
  },
  account_unknown: {
    title: 'Dieses Konto ist nicht bekannt',
    cause:
      'Das Konto, das neu verbunden werden soll, gibt es nicht, oder es gehört nicht zu dieser App und Person.',
    nextStep: 'Geben Sie der Person Bescheid, von der Sie den Link haben.',
  },
  field_invalid: {
    title: 'Bitte sehen Sie noch einmal über die Felder',
    cause: 'Mindestens ein Feld fehlt oder hat nicht die richtige Form.',
    nextStep: 'Verbessern Sie die markierten Felder. Es wurde nichts gespeichert.',
  },
  keys_refused: {
    title: 'Die Schlüssel wurden abgelehnt',
    cause: 'Der Anbieter hat die Eingaben nicht angenommen.',
    nextStep: 'Prüfen Sie jeden Wert und ob der Schlüssel noch gilt. Es wurde nichts gespeichert.',
  },
  origin_refused: {
    title: 'Diese Anfrage kam von woanders',
    cause:
      'Das Formular kam nicht von dieser Seite, oder die Seite war unter einer anderen Adresse geöffnet.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  attempt_unknown: {
    title: 'Hier ist nichts',
    cause: 'Diesen Schritt gibt es nicht, oder er ist abgelaufen.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  attempt_expired: {
    title: 'Das hat zu lange gedauert',
    cause: 'Die Anmeldung muss innerhalb von zehn Minuten abgeschlossen sein.',
    nextStep: 'Es wurde nichts gespeichert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
  attempt_taken: {
    title: 'Schon woanders geöffnet',
    cause: 'Die Anmeldung hat in einem anderen Browser begonnen und kann nur dort abgeschlossen werden.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  state_invalid: {
    title: 'Dieser Schritt ist erledigt oder hat nie begonnen',
    cause: 'Die Antwort des Anbieters gehört zu keiner Anmeldung, die hier läuft.',
    nextStep: 'Gehen Sie dorthin zurück, wo Sie herkamen, und beginnen Sie von vorn.',
  },
  wrong_browser: {
    title: 'Das ist ein anderer Browser',
    cause: 'Die Anmeldung begann in einem anderen Browser, oder dieser hat das Cookie dafür nicht behalten.',
    nextStep:
      'Schließen Sie dort ab, wo Sie begonnen haben, oder erlauben Sie Cookies für diese Seite und beginnen Sie von vorn.',
  },
  code_invalid: {
    title: 'Die Antwort des Anbieters ist nicht lesbar',
    cause: 'Der Anbieter hat einen Code geschickt, der keiner sein kann.',
    nextStep: 'Es wurde nichts gespeichert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
  user_refused: {
    title: 'Nicht verbunden',
    cause: 'Der Zugriff wurde beim Anbieter abgelehnt.',
    nextStep: 'Es wurde nichts gespeichert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
  provider_error: {
    title: 'Der Anbieter meldet einen Fehler',
    cause: 'Der Anbieter hat die Anmeldung mit einem Fehler beendet.',
    nextStep: 'Es wurde nichts gespeichert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
  provider_mismatch: {
    title: 'Die Antwort kam von woanders',
    cause:
      'Die Antwort kommt nicht von dem Anbieter, bei dem die Anmeldung begann. Sie wurde nicht verwendet.',
    nextStep: 'Es wurde nichts gespeichert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
  client_refused: {
    title: 'Diese App ist nicht richtig eingerichtet',
    cause: 'Der Anbieter erkennt die Registrierung nicht an, mit der um Zugriff gebeten wurde.',
    nextStep: 'Geben Sie der Person Bescheid, von der Sie den Link haben.',
  },
  provider_unreachable: {
    title: 'Der Anbieter ist nicht erreichbar',
    cause: 'Der Anbieter hat nicht geantwortet oder kann gerade nicht antworten.',
    nextStep: 'Versuchen Sie es in einigen Minuten noch einmal. Es wurde nichts gespeichert.',
  },
  exchange_failed: {
    title: 'Der Anbieter gab keinen Zugriff',
    cause: 'Der Anbieter hat seinen eigenen Code nicht eingelöst oder unbrauchbar geantwortet.',
    nextStep: 'Es wurde nichts gespeichert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
  scopes_missing: {
    title: 'Einige Berechtigungen fehlen',
    cause: 'Nicht alles, worum gebeten wurde, ist erlaubt worden, und alles davon wird gebraucht.',
    nextStep:
      'Gehen Sie zurück, versuchen Sie es noch einmal und lassen Sie jede Berechtigung angekreuzt. Es wurde nichts gespeichert.',
  },
  nothing_to_choose: {
    title: 'Es gibt nichts zu verbinden',
    cause:
      'Sie haben sich angemeldet, aber das Konto hat bei diesem Anbieter nichts, was sich verbinden ließe.',
    nextStep:
      'Melden Sie sich mit einem anderen Konto an, oder fragen Sie, wer Ihres verwaltet. Es wurde nichts gespeichert.',
  },
  lookup_refused: {
    title: 'Der Anbieter hat nicht gesagt, was es gibt',
    cause: 'Der gegebene Zugriff reicht nicht aus, um die Verbindung abzuschließen.',
    nextStep:
      'Gehen Sie zurück, versuchen Sie es noch einmal und lassen Sie jede Berechtigung angekreuzt. Es wurde nichts gespeichert.',
  },
  install_restart: {
    title: 'Bitte hier beginnen',
    cause:
      'Sie kommen vom Anbieter, und diese Seite kann nicht erkennen, für wen das Konto verbunden werden soll. Es wurde nichts gespeichert.',
    nextStep:
      'Gehen Sie zu dem Produkt, in dem Sie das Konto nutzen möchten, und verbinden Sie es von dort aus.',
  },
  other_identity: {
    title: 'Das ist ein anderes Konto',
    cause:
      'Die Eingabe gehört zu einem anderen Konto als dem, das verbunden war. Es wurde nichts gespeichert.',
    nextStep: 'Gehen Sie zurück und nehmen Sie das Konto, das vorher verbunden war.',
  },
  choice_invalid: {
    title: 'Es wurde nichts ausgewählt',
    cause: 'Die Antwort ist keine von denen, die zur Wahl standen.',
    nextStep: 'Gehen Sie zurück und wählen Sie noch einmal.',
  },
  verification_refused: {
    title: 'Nicht bestätigt',
    cause:
      'Das Produkt, in dem Sie das Konto nutzen möchten, kennt Sie nicht als die Person, für die es verbunden wird.',
    nextStep:
      'Es wurde nichts gespeichert. Gehen Sie zu diesem Produkt, melden Sie sich dort selbst an und beginnen Sie von vorn.',
  },
  handover_unknown: {
    title: 'Dieser Code gilt nicht mehr',
    cause: 'Er gilt einmal, zehn Minuten lang und nur mit der richtigen Zahl.',
    nextStep: 'Gehen Sie zu Ihrem anderen Bildschirm zurück und erzeugen Sie einen neuen Code.',
  },
  handover_mismatch: {
    title: 'Das sind nicht dieselben Zahlen',
    cause:
      'Die gewählte Zahl ist nicht die auf dem anderen Bildschirm. Sicherheitshalber ist der Code nun ungültig.',
    nextStep:
      'Ist der andere Bildschirm Ihrer, erzeugen Sie dort einen neuen Code. Hat Ihnen jemand diese Seite geschickt, schließen Sie sie.',
  },
  too_many_tries: {
    title: 'Zu viele Versuche',
    cause: 'Mit diesem Link gab es zu viele Versuche.',
    nextStep: 'Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
  },
  unavailable: {
    title: 'Gleich wieder da',
    cause: 'Dieser Server kann das gerade nicht.',
    nextStep: 'Versuchen Sie es in Kürze noch einmal.',
  },
  unexpected: {
    title: 'Hier ist etwas schiefgegangen',
    cause: 'Dieser Server hat einen Fehler gemacht. Er ist vermerkt.',
    nextStep: 'Es wurde nichts gespeichert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
}
