/** Owns how each failure reads in English: what happened, why, and what the person can do now. */

export const errors = {
  token_missing: {
    title: 'This page needs a link',
    cause: 'The page was opened without the link that belongs to it.',
    nextStep: 'Go back to where you came from and start again.',
  },
  token_invalid: {
    title: 'This link is not valid',
    cause: 'The link has expired or was not copied in full.',
    nextStep: 'Go back to where you came from and start again.',
  },
  token_expired: {
    title: 'This link has expired',
    cause: 'A link works for a limited time, and that time has passed.',
    nextStep: 'Go back to where you came from and start again.',
  },
  token_used: {
    title: 'This link has been used',
    cause: 'An account has been connected with this link already. A link works once.',
    nextStep: 'If you want to connect another account, go back to where you came from and start again.',
  },
  parameter_invalid: {
    title: 'This link cannot be read',
    cause: 'Something in the address or in the form is missing, too long or given twice.',
    nextStep: 'Go back to where you came from and start again.',
  },
  app_unknown: {
    title: 'This app is not known here',
    cause: 'The link names an app that this server does not have.',
    nextStep: 'Tell whoever gave you the link.',
  },
  app_mismatch: {
    title: 'This link is for something else',
    cause: 'The link was made for a different app from the one it asks for.',
    nextStep: 'Go back to where you came from and start again.',
  },
  app_not_connectable: {
    title: 'This app cannot be connected here',
    cause: 'The app needs no account, or signs in by a method that this server does not have.',
    nextStep: 'Tell whoever gave you the link.',
  },
  keys_not_accepted: {
    title: 'This app is connected by signing in',
    cause: 'Accounts of this app are not connected with keys.',
    nextStep: 'Go back to where you came from and start again.',
  },
  oauth_app_unknown: {
    title: 'This app is not set up',
    cause: 'The link names an OAuth app that this project does not have for this app.',
    nextStep: 'Tell whoever gave you the link.',
  },
  app_override_unknown: {
    title: 'This app is not set up',
    cause: 'The link names settings that this project does not have for this app.',
    nextStep: 'Tell whoever gave you the link.',
  },
  oauth_app_missing: {
    title: 'This app is not set up yet',
    cause: 'Nobody has registered an OAuth app for it in this project.',
    nextStep: 'Tell whoever gave you the link.',
  },
  account_unknown: {
    title: 'This account is not known',
    cause: 'The link asks to reconnect an account that does not exist, or is not of this app and person.',
    nextStep: 'Tell whoever gave you the link.',
  },
  field_invalid: {
    title: 'Some fields need another look',
    cause: 'At least one field is missing or does not have the right form.',
    nextStep: 'Correct the fields that are marked. Nothing was stored.',
  },
  keys_refused: {
    title: 'The keys were refused',
    cause: 'The provider did not accept what was entered.',
    nextStep: 'Check each value, and that the key is still active. Nothing was stored.',
  },
  origin_refused: {
    title: 'This request came from elsewhere',
    cause: 'The form was not sent from this page, or the page was opened under another address.',
    nextStep: 'Go back to where you came from and start again.',
  },
  attempt_unknown: {
    title: 'There is nothing here',
    cause: 'This step does not exist, or has expired.',
    nextStep: 'Go back to where you came from and start again.',
  },
  attempt_expired: {
    title: 'This took too long',
    cause: 'Signing in must be finished within ten minutes.',
    nextStep: 'Nothing was stored. Go back and try again.',
  },
  attempt_taken: {
    title: 'Already opened elsewhere',
    cause: 'Signing in has begun in another browser, and can only be finished there.',
    nextStep: 'Go back to where you came from and start again.',
  },
  state_invalid: {
    title: 'This step is already done or never began',
    cause: 'The answer of the provider does not belong to a sign-in that is under way here.',
    nextStep: 'Go back to where you came from and start again.',
  },
  wrong_browser: {
    title: 'This is another browser',
    cause: 'Signing in was begun in another browser, or this browser did not keep the cookie for it.',
    nextStep: 'Finish in the browser in which you began, or allow cookies for this site and start again.',
  },
  code_invalid: {
    title: 'The provider’s answer cannot be read',
    cause: 'The provider sent a code that is not valid.',
    nextStep: 'Nothing was stored. Go back and try again.',
  },
  user_refused: {
    title: 'Not connected',
    cause: 'Access was declined at the provider.',
    nextStep: 'Nothing was stored. Go back and try again.',
  },
  provider_error: {
    title: 'The provider reported an error',
    cause: 'The provider ended the sign-in with an error.',
    nextStep: 'Nothing was stored. Go back and try again.',
  },
  provider_mismatch: {
    title: 'The answer came from elsewhere',
    cause: 'The answer does not come from the provider at which the sign-in began, so it was not used.',
    nextStep: 'Nothing was stored. Go back and try again.',
  },
  client_refused: {
    title: 'This app is not set up correctly',
    cause: 'The provider does not accept the registration that access was requested with.',
    nextStep: 'Tell whoever gave you the link.',
  },
  provider_unreachable: {
    title: 'The provider cannot be reached',
    cause: 'The provider did not answer, or said that it cannot answer now.',
    nextStep: 'Try again in a few minutes. Nothing was stored.',
  },
  exchange_failed: {
    title: 'The provider gave no access',
    cause: 'The provider did not honour the code it had given, or gave an answer that cannot be used.',
    nextStep: 'Nothing was stored. Go back and try again.',
  },
  scopes_missing: {
    title: 'Some permissions are missing',
    cause: 'Not everything that was requested was allowed, and all of it is needed.',
    nextStep: 'Go back, try again, and leave every permission ticked. Nothing was stored.',
  },
  nothing_to_choose: {
    title: 'There is nothing to connect',
    cause: 'You have signed in, but the account has nothing at this provider that could be connected.',
    nextStep: 'Sign in with another account, or ask whoever manages yours. Nothing was stored.',
  },
  lookup_refused: {
    title: 'The provider did not say what there is',
    cause: 'The access that was given does not reach far enough to finish connecting.',
    nextStep: 'Go back, try again, and leave every permission ticked. Nothing was stored.',
  },
  install_restart: {
    title: 'Please start here',
    cause:
      'You came from the provider, and this page cannot tell for whom the account is to be connected. Nothing was stored.',
    nextStep: 'Go to the product that you want to use it in, and connect the account from there.',
  },
  other_identity: {
    title: 'This is a different account',
    cause:
      'What was entered belongs to a different account from the one that was connected. Nothing was stored.',
    nextStep: 'Go back and use the account that was connected before.',
  },
  choice_invalid: {
    title: 'Nothing was chosen',
    cause: 'The answer is none of those that were offered.',
    nextStep: 'Go back and choose again.',
  },
  verification_refused: {
    title: 'Not confirmed',
    cause:
      'The product in which you want to use the account does not know you as the one it is connected for.',
    nextStep: 'Nothing was stored. Go to that product, sign in there as yourself, and start again.',
  },
  handover_unknown: {
    title: 'This code does not work any more',
    cause: 'It works once, within ten minutes, and only with the right number.',
    nextStep: 'Go back to your other screen and make a new code.',
  },
  handover_mismatch: {
    title: 'The numbers do not match',
    cause: 'The number you chose is not the one on the other screen. To be safe, the code is void now.',
    nextStep:
      'If the other screen is yours, make a new code there. If somebody sent you this, close the page.',
  },
  too_many_tries: {
    title: 'Too many attempts',
    cause: 'There have been too many attempts with this link.',
    nextStep: 'Wait a minute, then try again.',
  },
  unavailable: {
    title: 'Back in a moment',
    cause: 'This server cannot do this right now.',
    nextStep: 'Try again shortly.',
  },
  unexpected: {
    title: 'Something went wrong here',
    cause: 'This server made a mistake. It has been noted.',
    nextStep: 'Nothing was stored. Go back and try again.',
  },
}
