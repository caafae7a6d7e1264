/** Owns how each failure reads in French. */
import type { Messages } from '../en.ts'

export const errors: Messages['errors'] = {
  token_missing: {
    title: 'Cette page a besoin d’un lien',
    cause: 'La page a été ouverte sans le lien qui lui correspond.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  token_invalid: {
    title: 'Ce lien n’est pas valable',
    cause: 'Le lien a expiré ou n’a pas été copié en entier.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  token_expired: {
    title: 'Ce lien a expiré',
    cause: 'Un lien sert pendant un temps limité, et ce temps est écoulé.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  token_used: {
    title: 'Ce lien a déjà servi',
    cause: 'Un compte a déjà été connecté avec ce lien. Un lien ne sert qu’une fois.',
    nextStep: 'Pour connecter un autre compte, revenez là d’où vous venez et recommencez.',
  },
  parameter_invalid: {
    title: 'Ce lien est illisible',
    cause: 'Un élément de l’adresse ou du formulaire manque, est trop long ou figure deux fois.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  app_unknown: {
    title: 'Cette application n’est pas connue ici',
    cause: 'Le lien désigne une application que ce serveur n’a pas.',
    nextStep: 'Prévenez la personne qui vous a donné le lien.',
  },
  app_mismatch: {
    title: 'Ce lien sert à autre chose',
    cause: 'Le lien a été créé pour une autre application que celle qu’il demande.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  app_not_connectable: {
    title: 'Cette application ne peut pas être connectée ici',
    cause:
      'L’application n’a pas besoin de compte, ou sa méthode d’identification n’existe pas sur ce serveur.',
    nextStep: 'Prévenez la personne qui vous a donné le lien.',
  },
  keys_not_accepted: {
    title: 'Cette application se connecte en s’identifiant',
    cause: 'Les comptes de cette application ne se connectent pas avec des clés.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  oauth_app_unknown: {
    title: 'Cette application n’est pas configurée',
    cause: 'Le lien désigne une application OAuth que ce projet n’a pas pour cette application.',
    nextStep: 'Prévenez la personne qui vous a donné le lien.',
  },
  app_override_unknown: {
    title: 'Cette application n’est pas configurée',
    cause: 'Le lien désigne des réglages que ce projet n’a pas pour cette application.',
    nextStep: 'Prévenez la personne qui vous a donné le lien.',
  },
  oauth_app_missing: {
    title: 'Cette application n’est pas encore configurée',
    cause: 'Personne n’a enregistré d’application OAuth pour elle dans ce projet.',
    nextStep: 'Prévenez la personne qui vous a donné le lien.',
  },
  account_unknown: {
    title: 'Ce compte n’est pas connu',
    cause:
      'Le compte à reconnecter n’existe pas, ou n’est pas celui de cette application et de cette personne.',
    nextStep: 'Prévenez la personne qui vous a donné le lien.',
  },
  field_invalid: {
    title: 'Certains champs sont à revoir',
    cause: 'Au moins un champ manque ou n’a pas la bonne forme.',
    nextStep: 'Corrigez les champs signalés. Rien n’a été enregistré.',
  },
  keys_refused: {
    title: 'Les clés ont été refusées',
    cause: 'Le fournisseur n’a pas accepté ce qui a été saisi.',
    nextStep: 'Vérifiez chaque valeur, et que la clé est toujours en vigueur. Rien n’a été enregistré.',
  },
  origin_refused: {
    title: 'Cette demande vient d’ailleurs',
    cause:
      'Le formulaire n’a pas été envoyé depuis cette page, ou la page était ouverte à une autre adresse.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  attempt_unknown: {
    title: 'Il n’y a rien ici',
    cause: 'Cette étape n’existe pas, ou a expiré.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  attempt_expired: {
    title: 'Cela a pris trop de temps',
    cause: 'L’identification doit être terminée en dix minutes.',
    nextStep: 'Rien n’a été enregistré. Revenez en arrière et réessayez.',
  },
  attempt_taken: {
    title: 'Déjà ouvert ailleurs',
    cause: 'L’identification a commencé dans un autre navigateur et ne peut être terminée que là.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  state_invalid: {
    title: 'Cette étape est terminée ou n’a jamais commencé',
    cause: 'La réponse du fournisseur ne correspond à aucune identification en cours ici.',
    nextStep: 'Revenez là d’où vous venez et recommencez.',
  },
  wrong_browser: {
    title: 'C’est un autre navigateur',
    cause:
      'L’identification a commencé dans un autre navigateur, ou celui-ci n’a pas gardé le cookie nécessaire.',
    nextStep:
      'Terminez dans le navigateur où vous avez commencé, ou autorisez les cookies pour ce site et recommencez.',
  },
  code_invalid: {
    title: 'La réponse du fournisseur est illisible',
    cause: 'Le fournisseur a envoyé un code qui n’en est pas un.',
    nextStep: 'Rien n’a été enregistré. Revenez en arrière et réessayez.',
  },
  user_refused: {
    title: 'Compte non connecté',
    cause: 'L’accès a été refusé chez le fournisseur.',
    nextStep: 'Rien n’a été enregistré. Revenez en arrière et réessayez.',
  },
  provider_error: {
    title: 'Le fournisseur signale une erreur',
    cause: 'Le fournisseur a mis fin à l’identification par une erreur.',
    nextStep: 'Rien n’a été enregistré. Revenez en arrière et réessayez.',
  },
  provider_mismatch: {
    title: 'La réponse vient d’ailleurs',
    cause:
      'La réponse ne vient pas du fournisseur chez qui l’identification a commencé ; elle n’a pas été utilisée.',
    nextStep: 'Rien n’a été enregistré. Revenez en arrière et réessayez.',
  },
  client_refused: {
    title: 'Cette application est mal configurée',
    cause: 'Le fournisseur n’accepte pas l’enregistrement avec lequel l’accès a été demandé.',
    nextStep: 'Prévenez la personne qui vous a donné le lien.',
  },
  provider_unreachable: {
    title: 'Le fournisseur est injoignable',
    cause: 'Le fournisseur n’a pas répondu, ou a dit ne pas pouvoir répondre maintenant.',
    nextStep: 'Réessayez dans quelques minutes. Rien n’a été enregistré.',
  },
  exchange_failed: {
    title: 'Le fournisseur n’a pas donné l’accès',
    cause: 'Le fournisseur n’a pas honoré son propre code, ou a donné une réponse inutilisable.',
    nextStep: 'Rien n’a été enregistré. Revenez en arrière et réessayez.',
  },
  scopes_missing: {
    title: 'Il manque des autorisations',
    cause: 'Tout ce qui était demandé n’a pas été autorisé, et tout est nécessaire.',
    nextStep: 'Revenez en arrière, réessayez et laissez chaque autorisation cochée. Rien n’a été enregistré.',
  },
  nothing_to_choose: {
    title: 'Il n’y a rien à connecter',
    cause: 'Vous vous êtes identifié, mais le compte n’a rien chez ce fournisseur qui puisse être connecté.',
    nextStep:
      'Identifiez-vous avec un autre compte, ou demandez à la personne qui gère le vôtre. Rien n’a été enregistré.',
  },
  lookup_refused: {
    title: 'Le fournisseur n’a pas dit ce qu’il y a',
    cause: 'L’accès donné ne suffit pas pour terminer la connexion.',
    nextStep: 'Revenez en arrière, réessayez et laissez chaque autorisation cochée. Rien n’a été enregistré.',
  },
  install_restart: {
    title: 'Commencez ici',
    cause:
      'Vous venez du fournisseur, et cette page ne peut pas savoir pour qui le compte doit être connecté. Rien n’a été enregistré.',
    nextStep: 'Allez dans le produit où vous voulez l’utiliser, et connectez le compte depuis là.',
  },
  other_identity: {
    title: 'C’est un autre compte',
    cause:
      'Ce qui a été saisi appartient à un autre compte que celui qui était connecté. Rien n’a été enregistré.',
    nextStep: 'Revenez en arrière et utilisez le compte qui était connecté avant.',
  },
  choice_invalid: {
    title: 'Rien n’a été choisi',
    cause: 'La réponse n’est aucune de celles qui étaient proposées.',
    nextStep: 'Revenez en arrière et choisissez à nouveau.',
  },
  verification_refused: {
    title: 'Non confirmé',
    cause:
      'Le produit dans lequel vous voulez utiliser le compte ne vous reconnaît pas comme la personne pour qui il est connecté.',
    nextStep: 'Rien n’a été enregistré. Allez dans ce produit, identifiez-vous vous-même et recommencez.',
  },
  handover_unknown: {
    title: 'Ce code ne sert plus',
    cause: 'Il sert une seule fois, pendant dix minutes, et seulement avec le bon nombre.',
    nextStep: 'Revenez à votre autre écran et créez un nouveau code.',
  },
  handover_mismatch: {
    title: 'Ce ne sont pas les mêmes nombres',
    cause: 'Le nombre choisi n’est pas celui de l’autre écran. Par sécurité, le code est désormais annulé.',
    nextStep:
      'Si l’autre écran est le vôtre, créez-y un nouveau code. Si quelqu’un vous a envoyé cette page, fermez-la.',
  },
  too_many_tries: {
    title: 'Trop d’essais',
    cause: 'Il y a eu trop d’essais avec ce lien.',
    nextStep: 'Attendez une minute, puis réessayez.',
  },
  unavailable: {
    title: 'De retour dans un instant',
    cause: 'Ce serveur ne peut pas le faire pour le moment.',
    nextStep: 'Réessayez dans un instant.',
  },
  unexpected: {
    title: 'Quelque chose s’est mal passé ici',
    cause: 'Ce serveur a fait une erreur. Elle a été notée.',
    nextStep: 'Rien n’a été enregistré. Revenez en arrière et réessayez.',
  },
}
