/** Owns every text of the Connect page in French. */
import type { Messages } from './en.ts'
import { errors } from './errors/fr.ts'

export const fr: Messages = {
  code: 'fr',
  direction: 'ltr',

  common: {
    connectYour: 'Connecter votre compte {app}',
    reconnectYour: 'Reconnecter votre compte {app}',
    asks: '{product} souhaite connecter votre compte {app}.',
    asksAgain: '{product} souhaite connecter de nouveau votre compte {app}.',
    continueTo: 'Continuer vers {app}',
    continue: 'Continuer',
    cancel: 'Annuler',
    connectingFor: 'Connexion pour {user}',
    development: 'Développement',
    questions: 'Des questions ? Écrivez à {address}',
    code: 'Code : {code}',
    preview: 'Connecter votre compte',
  },

  appList: {
    title: 'Que voulez-vous connecter ?',
    asks: '{product} souhaite utiliser l’un de vos comptes. Choisissez une application.',
    search: 'Rechercher une application',
    find: 'Rechercher',
    nothingFound: 'Aucune application de ce nom ne peut être connectée ici.',
    showAll: 'Afficher toutes les applications',
    none: 'Aucune application n’est encore configurée.',
  },

  signIn: {
    expected: 'Le compte connecté était {account}. Identifiez-vous avec le même compte.',
    heading: 'Ce que cela signifie',
    password: 'Vous vous identifiez chez {app}. {product} ne voit jamais votre mot de passe.',
    identity: '{product} apprend qui vous êtes chez {app} : votre nom et votre adresse e-mail.',
    access: '{product} peut voir et faire dans {app} ce que vous y autorisez, même en votre absence.',
    until: 'Cela dure jusqu’à ce que vous ou {product} déconnectiez le compte.',
    permissions: 'Autorisations en détail ({count})',
    allNeeded: '{product} a besoin de toutes.',
    someOptional: 'Chez {app}, vous pouvez en refuser certaines.',
    fieldsFirst: '{app} a d’abord besoin de ces informations :',
  },

  ownClient: {
    intro:
      'Vous utilisez votre propre client OAuth. Enregistrez pour lui cette adresse de retour chez {app} :',
    id: 'ID client',
    secret: 'Secret client',
  },

  keys: {
    expected: 'Le compte connecté était {account}. Utilisez les clés du même compte.',
    heading: 'Ce que cela signifie',
    stored: 'Ce que vous saisissez est essayé auprès de {app}, puis conservé chiffré.',
    access: '{product} peut faire dans {app} tout ce que ces clés permettent.',
    until: 'Cela dure jusqu’à ce que vous ou {product} déconnectiez le compte.',
    connect: 'Connecter',
    trying: 'Essai des clés auprès de {app} …',
  },

  fields: {
    optional: '(facultatif)',
    choose: 'Veuillez choisir',
    show: 'Afficher',
    hide: 'Masquer',
    paste: 'Coller',
    pasteFailed: 'Le navigateur ne permet pas de coller avec un bouton. Collez directement dans le champ.',
  },

  faults: {
    missing: 'Veuillez remplir ce champ.',
    too_long: 'C’est plus long que {count} caractères.',
    characters: 'Ce texte contient des caractères qui ne peuvent pas être utilisés.',
    option: 'Veuillez choisir l’une des options.',
    form: 'Ce texte n’a pas la bonne forme.',
    unknown: 'Ce champ n’existe pas pour cette application.',
  },

  waiting: {
    opened: 'Terminez l’identification chez {app} dans la fenêtre qui s’est ouverte.',
    blocked:
      'Terminez l’identification chez {app} dans la nouvelle fenêtre. Si aucune ne s’est ouverte, ouvrez-la ici :',
    again: 'Rouvrir la fenêtre',
    open: 'Ouvrir la fenêtre d’identification',
    restart: 'Recommencer',
  },

  confirmation: {
    onlyIf: 'Continuez seulement si vous venez de le demander vous-même.',
  },

  finishing: {
    title: 'Un instant',
    text: 'Votre compte {app} est en cours de connexion à {product}. Cette page continue toute seule.',
  },

  connected: {
    title: 'Compte connecté',
    done: 'Votre compte {app} est maintenant connecté à {product}.',
    doneAs: 'Votre compte {app} {account} est maintenant connecté à {product}.',
    unchecked: '{app} ne dit pas à qui est le compte : personne n’a pu vérifier que c’est le même qu’avant.',
    close: 'Vous pouvez fermer cette fenêtre.',
  },

  choice: {
    which: 'Lequel choisir ?',
    several: 'L’identification chez {app} en ouvre plusieurs. Choisissez celui que {product} peut utiliser.',
    another: 'C’est un autre compte',
    differs: 'Vous vous êtes identifié chez {app} avec un autre compte que celui qui était connecté.',
    before: 'Connecté jusqu’ici : {account}',
    now: 'Identifié maintenant : {account}',
    again: 'S’identifier à nouveau',
    againHint: 'Si {app} ne demande pas qui vous êtes, déconnectez-vous d’abord là-bas.',
    separate: 'Le connecter comme compte distinct',
    separateHint: 'Le compte connecté jusqu’ici reste tel quel.',
    replace: 'Remplacer le compte',
    replaceHint: '{product} utilisera le nouveau compte partout où il utilisait l’autre jusqu’ici.',
    keysDiffer: 'Les clés saisies appartiennent à un autre compte {app} que celui qui était connecté.',
    keysNow: 'Clés saisies maintenant : {account}',
    keysAgain: 'Saisir d’autres clés',
    keysAgainHint: 'Le formulaire s’ouvre à nouveau.',
  },

  verification: {
    title: 'Encore une étape',
    confirms: '{product} doit confirmer que c’est bien vous qui connectez ce compte.',
    continueAt: 'Continuer chez {product}',
  },

  handover: {
    offer: 'Continuer sur un autre appareil',
    scan: 'Scannez ce code avec l’autre appareil.',
    picture: 'Code QR avec l’adresse pour l’autre appareil',
    number: 'Là-bas, choisissez ce nombre :',
    waiting:
      'Cette page continue d’elle-même quand vous avez terminé là-bas. Le code sert une fois, pendant dix minutes.',
    opened:
      'Poursuivez sur votre autre appareil. Cette page continue d’elle-même quand vous avez terminé là-bas.',
    renew: 'Nouveau code',
    which: 'Quel nombre votre autre écran affiche-t-il ?',
    onlyIf:
      '{product} souhaite connecter un de vos comptes. Continuez seulement si l’autre écran est devant vous.',
    none: 'Aucun de ceux-ci',
  },

  inApp: {
    named: 'Vous êtes dans {browser}, où l’identification chez {app} peut échouer.',
    unnamed: 'Vous êtes dans une autre application, où l’identification chez {app} peut échouer.',
    advice: 'Mieux vaut ouvrir cette page dans votre propre navigateur.',
    open: 'Ouvrir dans mon navigateur',
    copy: 'Copier l’adresse',
    copied: 'Copiée. Collez-la dans votre navigateur.',
  },

  failure: {
    developer: 'Pour le développeur',
    newLink: 'Obtenir un nouveau lien',
    again: 'Réessayer',
  },

  errors,

  offline: {
    title: 'Vous semblez être hors ligne',
    cause: 'Le serveur est injoignable.',
    nextStep: 'Vérifiez votre connexion et réessayez.',
  },
}
