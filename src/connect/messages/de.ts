/** Owns every text of the Connect page in German. */
import type { Messages } from './en.ts'
import { errors } from './errors/de.ts'

export const de: Messages = {
  code: 'de',
  direction: 'ltr',

  common: {
    connectYour: 'Ihr Konto bei {app} verbinden',
    reconnectYour: 'Ihr Konto bei {app} neu verbinden',
    asks: '{product} möchte Ihr Konto bei {app} verbinden.',
    asksAgain: '{product} möchte Ihr Konto bei {app} noch einmal verbinden.',
    continueTo: 'Weiter zu {app}',
    continue: 'Weiter',
    cancel: 'Abbrechen',
    connectingFor: 'Verbindung für {user}',
    development: 'Entwicklung',
    questions: 'Fragen? Schreiben Sie an {address}',
    code: 'Code: {code}',
    preview: 'Konto verbinden',
  },

  appList: {
    title: 'Was möchten Sie verbinden?',
    asks: '{product} möchte eines Ihrer Konten nutzen. Wählen Sie eine App.',
    search: 'Apps durchsuchen',
    find: 'Suchen',
    nothingFound: 'Eine App mit diesem Namen lässt sich hier nicht verbinden.',
    showAll: 'Alle Apps zeigen',
    none: 'Es ist noch keine App eingerichtet.',
  },

  signIn: {
    expected: 'Bisher war {account} verbunden. Bitte melden Sie sich mit demselben Konto an.',
    heading: 'Was das bedeutet',
    password: 'Sie melden sich bei {app} an. {product} erfährt Ihr Passwort nicht.',
    identity: '{product} erfährt, wer Sie bei {app} sind: Ihren Namen und Ihre E-Mail-Adresse.',
    access: '{product} kann bei {app} sehen und tun, was Sie dort erlauben, auch wenn Sie nicht da sind.',
    until: 'Das gilt, bis Sie oder {product} das Konto trennen.',
    permissions: 'Berechtigungen im Einzelnen ({count})',
    allNeeded: '{product} braucht sie alle.',
    someOptional: 'Bei {app} dürfen Sie einige davon weglassen.',
    fieldsFirst: '{app} braucht zuerst diese Angaben:',
  },

  ownClient: {
    intro:
      'Sie verwenden einen eigenen OAuth-Client. Tragen Sie bei {app} diese Callback-Adresse für ihn ein:',
    id: 'Client-ID',
    secret: 'Client-Secret',
  },

  keys: {
    expected: 'Bisher war {account} verbunden. Bitte nehmen Sie Schlüssel desselben Kontos.',
    heading: 'Was das bedeutet',
    stored: 'Ihre Eingaben werden bei {app} ausprobiert und dann verschlüsselt gespeichert.',
    access: '{product} kann bei {app} alles tun, was diese Schlüssel erlauben.',
    until: 'Das gilt, bis Sie oder {product} das Konto trennen.',
    connect: 'Verbinden',
    trying: 'Die Schlüssel werden bei {app} ausprobiert …',
  },

  fields: {
    optional: '(freiwillig)',
    choose: 'Bitte wählen',
    show: 'Zeigen',
    hide: 'Verbergen',
    paste: 'Einfügen',
    pasteFailed: 'Der Browser erlaubt das Einfügen per Knopf nicht. Fügen Sie direkt im Feld ein.',
  },

  faults: {
    missing: 'Bitte füllen Sie dieses Feld aus.',
    too_long: 'Das ist länger als {count} Zeichen.',
    characters: 'Das enthält Zeichen, die hier nicht möglich sind.',
    option: 'Bitte wählen Sie eine der Möglichkeiten.',
    form: 'Das hat nicht die richtige Form.',
    unknown: 'Dieses Feld gibt es bei dieser App nicht.',
  },

  waiting: {
    opened: 'Schließen Sie die Anmeldung bei {app} in dem Fenster ab, das sich geöffnet hat.',
    blocked:
      'Schließen Sie die Anmeldung bei {app} im neuen Fenster ab. Ist keines aufgegangen, öffnen Sie es hier:',
    again: 'Fenster noch einmal öffnen',
    open: 'Anmeldefenster öffnen',
    restart: 'Von vorn beginnen',
  },

  confirmation: {
    onlyIf: 'Fahren Sie nur fort, wenn Sie das gerade selbst veranlasst haben.',
  },

  finishing: {
    title: 'Einen Moment',
    text: 'Ihr Konto bei {app} wird mit {product} verbunden. Diese Seite geht von selbst weiter.',
  },

  connected: {
    title: 'Verbunden',
    done: 'Ihr Konto bei {app} ist jetzt mit {product} verbunden.',
    doneAs: 'Ihr Konto {account} bei {app} ist jetzt mit {product} verbunden.',
    unchecked:
      '{app} verrät nicht, wessen Konto es ist; ob es dasselbe wie vorher ist, konnte niemand prüfen.',
    close: 'Sie können dieses Fenster schließen.',
  },

  choice: {
    which: 'Welches soll es sein?',
    several: 'Die Anmeldung bei {app} öffnet mehrere. Wählen Sie aus, was {product} nutzen darf.',
    another: 'Das ist ein anderes Konto',
    differs: 'Sie haben sich bei {app} mit einem anderen Konto angemeldet als dem, das verbunden war.',
    before: 'Bisher verbunden: {account}',
    now: 'Jetzt angemeldet: {account}',
    again: 'Noch einmal anmelden',
    againHint: 'Falls {app} nicht fragt, wer Sie sind, melden Sie sich dort zuerst ab.',
    separate: 'Als weiteres Konto verbinden',
    separateHint: 'Das bisher verbundene Konto bleibt, wie es ist.',
    replace: 'Das Konto ersetzen',
    replaceHint: '{product} nutzt dann das neue Konto überall, wo es bisher das andere genutzt hat.',
    keysDiffer:
      'Die eingegebenen Schlüssel gehören bei {app} zu einem anderen Konto als dem, das verbunden war.',
    keysNow: 'Jetzt eingegeben: {account}',
    keysAgain: 'Andere Schlüssel eingeben',
    keysAgainHint: 'Das Formular öffnet sich noch einmal.',
  },

  verification: {
    title: 'Noch ein Schritt',
    confirms: '{product} muss bestätigen, dass Sie selbst dieses Konto verbinden.',
    continueAt: 'Weiter bei {product}',
  },

  handover: {
    offer: 'Auf einem anderen Gerät weitermachen',
    scan: 'Scannen Sie diesen Code mit dem anderen Gerät.',
    picture: 'QR-Code mit der Adresse für das andere Gerät',
    number: 'Wählen Sie dort diese Zahl:',
    waiting:
      'Diese Seite geht von selbst weiter, wenn Sie dort fertig sind. Der Code gilt einmal und zehn Minuten lang.',
    opened:
      'Machen Sie auf Ihrem anderen Gerät weiter. Diese Seite geht von selbst weiter, wenn Sie dort fertig sind.',
    renew: 'Neuer Code',
    which: 'Welche Zahl zeigt Ihr anderer Bildschirm?',
    onlyIf:
      '{product} möchte ein Konto von Ihnen verbinden. Fahren Sie nur fort, wenn der andere Bildschirm vor Ihnen steht.',
    none: 'Keine davon',
  },

  inApp: {
    named: 'Sie sind gerade in {browser}; dort klappt die Anmeldung bei {app} vielleicht nicht.',
    unnamed: 'Sie sind gerade in einer anderen App; dort klappt die Anmeldung bei {app} vielleicht nicht.',
    advice: 'Öffnen Sie diese Seite besser in Ihrem eigenen Browser.',
    open: 'Im eigenen Browser öffnen',
    copy: 'Adresse kopieren',
    copied: 'Kopiert. Fügen Sie sie in Ihrem Browser ein.',
  },

  failure: {
    developer: 'Für Entwickler',
    newLink: 'Neuen Link holen',
    again: 'Noch einmal versuchen',
  },

  errors,

  offline: {
    title: 'Sie scheinen offline zu sein',
    cause: 'Der Server ist nicht erreichbar.',
    nextStep: 'Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  },
}
