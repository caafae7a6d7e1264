/** Table of contents of the receipts of revocations. Revoking many accounts at once belongs to accounts, and stands there. */
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { ListRevocationsAnswer, ListRevocationsQuery, RevocationParams, RevocationShape } from './contract.ts'
import { listRevocations, retrieveRevocation } from './read-revocations.ts'

const tags = ['Revocations']

export function revocationRoutes(http: Http, app: App): void {
  http.get('/v1/connect/:project_id/revocations', {
    schema: {
      summary: 'List what became of credentials that were to be revoked at the provider',
      tags,
      querystring: ListRevocationsQuery,
      response: { 200: ListRevocationsAnswer, ...errorAnswers },
    },
    handler: (request) => listRevocations(app, request.projectEnvironment, request.query),
  })
  http.get('/v1/connect/:project_id/revocations/:id', {
    schema: {
      summary: 'Retrieve the receipt of a revocation',
      tags,
      params: RevocationParams,
      response: { 200: RevocationShape, ...errorAnswers },
    },
    handler: (request) => retrieveRevocation(app, request.projectEnvironment, request.params.id),
  })
}
