/**
 * Owns every text of the Connect page in English, and by that the shape of every other language. To add a language: copy this file,
 * translate each text in its place, keep what stands in {braces}, and name the file in `languages.ts`.
 */

import { errors } from './errors/en.ts'

type Direction = 'ltr' | 'rtl'

export const en = {
  /** As in `Accept-Language` (BCP 47). */
  code: 'en',
  direction: 'ltr' as Direction,

  common: {
    connectYour: 'Connect your {app} account',
    reconnectYour: 'Reconnect your {app} account',
    asks: '{product} asks to connect your {app} account.',
    asksAgain: '{product} asks to connect your {app} account again.',
    continueTo: 'Continue to {app}',
    continue: 'Continue',
    cancel: 'Cancel',
    connectingFor: 'Connecting for {user}',
    development: 'Development',
    questions: 'Questions? Write to {address}',
    code: 'Code: {code}',
    /** For chats that show a card for a link; names no person. */
    preview: 'Connect your account',
  },

  appList: {
    title: 'What do you want to connect?',
    asks: '{product} would like to use an account of yours. Choose an app.',
    search: 'Search apps',
    find: 'Search',
    nothingFound: 'No app of that name can be connected here.',
    showAll: 'Show all apps',
    none: 'No app has been set up yet.',
  },

  signIn: {
    expected: 'It was connected as {account}. Please sign in with the same account.',
    heading: 'What this means',
    password: 'You sign in at {app}. {product} never sees your password.',
    identity: '{product} learns who you are at {app}: your name and email address.',
    access: '{product} can see and do in {app} what you allow there, also while you are away.',
    until: 'This lasts until you or {product} disconnect the account.',
    permissions: 'Permissions in detail ({count})',
    allNeeded: '{product} needs all of them.',
    someOptional: 'At {app} you may leave some of them out.',
    fieldsFirst: '{app} first needs to know:',
  },

  /** `customOauthClient`: the person brings the client. */
  ownClient: {
    intro: 'You use an OAuth client of your own. Register this callback address for it at {app}:',
    id: 'Client ID',
    secret: 'Client secret',
  },

  keys: {
    expected: 'It was connected as {account}. Please use keys of the same account.',
    heading: 'What this means',
    stored: 'What you enter is checked with {app} and then stored encrypted.',
    access: '{product} can do in {app} whatever these keys allow.',
    until: 'This lasts until you or {product} disconnect the account.',
    connect: 'Connect',
    trying: 'Checking the keys with {app} …',
  },

  fields: {
    optional: '(optional)',
    choose: 'Please choose',
    show: 'Show',
    hide: 'Hide',
    paste: 'Paste',
    pasteFailed: 'The browser does not allow pasting by a button. Paste into the field itself.',
  },

  /** What is wrong with a field. */
  faults: {
    missing: 'Please fill this in.',
    too_long: 'This is longer than {count} characters.',
    characters: 'This contains characters that cannot be used.',
    option: 'Please choose one of the options.',
    form: 'This does not have the right form.',
    unknown: 'This field does not exist for this app.',
  },

  waiting: {
    opened: 'Finish signing in at {app} in the window that has opened.',
    blocked: 'Finish signing in at {app} in the new window. If none has opened, open it here:',
    again: 'Open the window again',
    open: 'Open the sign-in window',
    restart: 'Start over',
  },

  confirmation: {
    onlyIf: 'Continue only if you have just asked for this yourself.',
  },

  /** While the provider is asked for what it has just promised. */
  finishing: {
    title: 'One moment',
    text: 'Your {app} account is being connected to {product}. This page continues automatically.',
  },

  connected: {
    title: 'Connected',
    done: 'Your {app} account is now connected to {product}.',
    doneAs: 'Your {app} account {account} is now connected to {product}.',
    /** Of a reconnection where one side has no identity. */
    unchecked:
      '{app} does not say whose account it is, so nobody could check that it is the same one as before.',
    close: 'You can close this window.',
  },

  /** What only the person can say when signing in is over. */
  choice: {
    which: 'Which one?',
    several: 'Signing in at {app} opens several. Choose the one that {product} may use.',
    another: 'This is a different account',
    differs: 'You signed in at {app} with a different account from the one that was connected.',
    before: 'Connected so far: {account}',
    now: 'Signed in now: {account}',
    again: 'Sign in again',
    againHint: 'If {app} does not ask who you are, sign out there first.',
    separate: 'Connect it as a separate account',
    separateHint: 'The account connected so far stays as it is.',
    replace: 'Replace the account',
    replaceHint: '{product} uses the new account wherever it used the other one until now.',
    keysDiffer:
      'The keys that you entered belong to a different {app} account from the one that was connected.',
    keysNow: 'Keys entered now: {account}',
    keysAgain: 'Enter other keys',
    keysAgainHint: 'The form opens again.',
  },

  /** The developer’s server has the last word on whose account it is. */
  verification: {
    title: 'One more step',
    confirms: '{product} has to confirm that it is you who connects this account.',
    continueAt: 'Continue at {product}',
  },

  /** From the screen where it began to another one. */
  handover: {
    offer: 'Continue on another device',
    scan: 'Scan this code with the other device.',
    picture: 'QR code with the address for the other device',
    number: 'There, choose this number:',
    waiting:
      'This page continues automatically when you are done there. The code works once, within ten minutes.',
    opened: 'Continue on your other device. This page continues automatically when you are done there.',
    renew: 'New code',
    which: 'Which number does your other screen show?',
    onlyIf:
      '{product} would like to connect an account of yours. Continue only if the other screen is in front of you.',
    none: 'None of these',
  },

  /** Inside an app such as Instagram, whose own browser many providers refuse. */
  inApp: {
    named: 'You are inside {browser}, where signing in at {app} may not work.',
    unnamed: 'You are inside another app, where signing in at {app} may not work.',
    advice: 'It is better to open this page in your own browser.',
    open: 'Open in my browser',
    copy: 'Copy the address',
    copied: 'Copied. Paste it into your browser.',
  },

  failure: {
    developer: 'For the developer',
    /** Where the developer hands out links. */
    newLink: 'Get a new link',
    again: 'Try again',
  },

  errors,

  /** Of the page's own script, when it cannot ask this server. */
  offline: {
    title: 'You seem to be offline',
    cause: 'The server cannot be reached.',
    nextStep: 'Check your connection and try again.',
  },
}

export type Messages = typeof en
