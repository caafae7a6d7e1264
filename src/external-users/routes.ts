/** Table of contents of external users. Deleting one deletes accounts, so it stands with those. */
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { ListUsersAnswer, ListUsersQuery } from './contract.ts'
import { listExternalUsers } from './list-external-users.ts'

export function externalUserRoutes(http: Http, app: App): void {
  http.get('/v1/connect/:project_id/users', {
    schema: {
      summary: 'List external users',
      tags: ['Users'],
      querystring: ListUsersQuery,
      response: { 200: ListUsersAnswer, ...errorAnswers },
    },
    handler: (request) => listExternalUsers(app, request.projectEnvironment, request.query),
  })
}
