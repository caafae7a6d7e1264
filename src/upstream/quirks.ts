/** Owns the list of ways in which providers differ from the standards: what the ids in an app's `quirks` and in the names of tests mean. */

/** Id -> what the provider does. An app writes `<id>-<which form of it>`, for example `A5-comma-scopes`. */
export const quirks: Readonly<Record<string, string>> = {
  A1: 'The consent screen or the API is on a host that belongs to the person, named by a field',
  A2: 'The tenant is a part of the path',
  A3: 'A region or an environment that the person chooses decides the hosts',
  A4: 'The authorize request needs parameters of the provider’s own, often to get a refresh token at all',
  A5: 'Scopes are separated by something else than a blank, or go in a second or an optional parameter',
  A6: 'No scopes can be asked for; they belong to the client',
  A7: 'The client or the scopes go under another name',
  A8: 'The authorize request goes without response_type',
  A9: 'PKCE is required, or refused',
  A11: 'The consent screen is a route behind the # of its address',
  A12: 'A client may have one callback address only',
  A13: 'The callback address has to be https',
  A14: 'The person who connects brings the OAuth client',
  A15: 'Fewer scopes than asked for may be granted on purpose',

  B1: 'The callback carries values to keep, or a signature to check',
  B2: 'The code comes under another name',
  B3: 'Somebody installs the app at the provider first, so a callback comes that nobody here began',
  B4: 'Failures come back under names of the provider’s own',
  B5: 'The code has #_ stuck to its end',
  B6: 'The code is percent-encoded twice',
  B7: 'A DELETE on the callback address says that the app was uninstalled',
  B8: 'The person may untick scopes',

  C1: 'The client proves itself in one way only: Basic, body, nothing, a signed assertion',
  C2: 'The token request is JSON, a query or a GET',
  C3: 'The token request needs further parameters, or the secret in another form',
  C4: 'redirect_uri is unwanted in the token request',
  C5: 'Certain headers are needed to be answered, or to be answered in JSON',
  C6: 'The callback says at which host the code is exchanged',
  C7: 'The first token has to be exchanged for the one that is used',

  D1: 'A failure is answered with status 200',
  D2: 'The answer is a form or XML, or JSON under another media type',
  D3: 'Token, identity or both are nested, renamed or in an ID token',
  D4: 'token_type is not Bearer and means nothing',
  D5: 'The lifetime is absent, zero, text, a point in time, or differs each time',
  D6: 'The refresh token’s own lifetime is in the answer',
  D7: 'The answer holds values to keep, or a second token',
  D8: 'Granted scopes come with another separator than they were asked for with, less those that others include, or not at all',

  E1: 'What the token opens has to be looked up, and may have to be chosen',
  E2: 'Identity is a GraphQL query',
  E3: 'Identity is in the ID token',
  E4: 'Identity is a POST without a body',
  E5: 'The address to ask for identity comes with the token',
  E6: 'Identity comes from introspecting the token',
  E7: 'Nothing says who was connected; a digest of the key stands in',

  F0: 'No refresh token: the person has to connect again before the end',
  F1: 'A refresh ends the refresh token it used',
  F2: 'A refresh answers without a refresh token, and the old one goes on',
  F3: 'A refresh goes to another address',
  F4: 'A refresh uses the access token',
  F5: 'A refresh needs further parameters',
  F6: 'Refresh tokens end by disuse, by age or by number, or must have a certain age',
  F7: 'Some failures of a refresh are final and some pass',
  F8: 'There is no refresh: a new token is minted from a key or the client',
  F9: 'Only a 401 says that the token has ended',

  G0: 'Nothing can be revoked by a program',
  G1: 'Revocation as in RFC 7009, or nearly',
  G2: 'Revocation is a DELETE',
  G3: 'Revocation is a call with the token itself',
  G4: 'Revocation takes the token in the query',

  H1: 'Bearer token',
  H2: 'Another scheme in Authorization, or none',
  H3: 'A header of the provider’s own, or two',
  H4: 'Basic, made of fields',
  H5: 'Credentials in the query',
  H6: 'Credentials in the path',
  H7: 'Credentials in the body',
  H8: 'OAuth 1 signature',
  H9: 'AWS Signature Version 4',
  H10: 'A JWT signed for the request, or exchanged for a token',
  H12: 'Headers that every request needs unless the caller brings his own',
  H13: 'The base address comes from the account, or there are several hosts',
  H14: 'The account has several tokens, and the caller chooses',
  H16: 'Downloads redirect to another host, where credentials must not follow',

  I2: 'One app has an old and a new flow, and the answer tells which',
  I3: 'A secret of the operator goes with every request',
  I4: 'Every self-hosted server has an OAuth client of its own',
  J1: 'Credentials are not for HTTP, so there is no proxy',
  K1: 'The fields are a client and its secret, which buy a token',
}

/** What the format cannot say yet, because no app of the catalogue does it. */
export const laterQuirks: Readonly<Record<string, string>> = {
  H11: 'An HMAC over the request, as exchanges want it',
  H15: 'A client certificate',
}

/** `A5-comma-scopes` -> `A5` */
export const quirkIdOf = (quirk: string): string => quirk.split('-')[0]!
