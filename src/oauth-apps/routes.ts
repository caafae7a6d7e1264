/** Table of contents of OAuth apps and of the defaults among them. */
import { Type } from 'typebox'
import { actorOf } from '../access/caller.ts'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { TooManyRequests } from '../platform/errors.ts'
import { Throttle } from '../platform/throttle.ts'
import { checkOAuthApp } from './check-oauth-app.ts'
import {
  CreateOAuthAppBody,
  DefaultOAuthAppParams,
  DefaultOAuthAppShape,
  ListDefaultOAuthAppsAnswer,
  ListOAuthAppsAnswer,
  ListOAuthAppsQuery,
  OAuthAppCheck,
  OAuthAppParams,
  OAuthAppShape,
  SetDefaultOAuthAppBody,
  UpdateOAuthAppBody,
} from './contract.ts'
import { createOAuthApp } from './create-oauth-app.ts'
import { deleteOAuthApp } from './delete-oauth-app.ts'
import { listDefaultOAuthApps } from './list-default-oauth-apps.ts'
import { listOAuthApps } from './list-oauth-apps.ts'
import { retrieveOAuthApp } from './retrieve-oauth-app.ts'
import { setDefaultOAuthApp } from './set-default-oauth-app.ts'
import { updateOAuthApp } from './update-oauth-app.ts'

const tags = ['OAuth apps']

/** Of one project in a minute: providers lock out a client that guesses. */
const CHECKS_PER_MINUTE = 10

export function oauthAppRoutes(http: Http, app: App): void {
  const checks = new Throttle(CHECKS_PER_MINUTE)
  http.get('/v1/connect/:project_id/oauth_apps', {
    schema: {
      summary: 'List OAuth apps',
      tags,
      querystring: ListOAuthAppsQuery,
      response: { 200: ListOAuthAppsAnswer, ...errorAnswers },
    },
    handler: (request) => listOAuthApps(app, request.projectEnvironment, request.query),
  })
  http.post('/v1/connect/:project_id/oauth_apps', {
    schema: {
      summary: 'Create an OAuth app',
      tags,
      body: CreateOAuthAppBody,
      response: { 200: OAuthAppShape, ...errorAnswers },
    },
    handler: (request) =>
      createOAuthApp(app, request.projectEnvironment, request.body, actorOf(request.caller)),
  })
  http.get('/v1/connect/:project_id/oauth_apps/:id', {
    schema: {
      summary: 'Retrieve an OAuth app',
      tags,
      params: OAuthAppParams,
      response: { 200: OAuthAppShape, ...errorAnswers },
    },
    handler: (request) => retrieveOAuthApp(app, request.projectEnvironment, request.params.id),
  })
  http.put('/v1/connect/:project_id/oauth_apps/:id', {
    schema: {
      summary: 'Update an OAuth app',
      tags,
      params: OAuthAppParams,
      body: UpdateOAuthAppBody,
      response: { 200: OAuthAppShape, ...errorAnswers },
    },
    handler: (request) =>
      updateOAuthApp(
        app,
        request.projectEnvironment,
        request.params.id,
        request.body,
        actorOf(request.caller),
      ),
  })
  http.delete('/v1/connect/:project_id/oauth_apps/:id', {
    schema: {
      summary: 'Delete an OAuth app that no account uses',
      tags,
      params: OAuthAppParams,
      response: { 204: Type.Null({ description: 'Deleted' }), ...errorAnswers },
    },
    handler: async (request, reply) => {
      await deleteOAuthApp(app, request.projectEnvironment, request.params.id, actorOf(request.caller))
      return reply.code(204).send(null)
    },
  })
  http.post('/v1/connect/:project_id/oauth_apps/:id/check', {
    schema: {
      summary: "Try out an OAuth app's client id and secret at the provider",
      tags,
      params: OAuthAppParams,
      response: { 200: OAuthAppCheck, ...errorAnswers },
    },
    handler: (request) => {
      const { projectId } = request.projectEnvironment
      const headers = checks.refusal(projectId, app.clock.now())
      if (headers) throw new TooManyRequests(headers)
      checks.fail(projectId, app.clock.now())
      return checkOAuthApp(app, request.projectEnvironment, request.params.id)
    },
  })
  http.get('/v1/connect/:project_id/default_oauth_apps', {
    schema: {
      summary: 'List the default OAuth apps of the environment',
      tags,
      response: { 200: ListDefaultOAuthAppsAnswer, ...errorAnswers },
    },
    handler: (request) => listDefaultOAuthApps(app, request.projectEnvironment),
  })
  http.put('/v1/connect/:project_id/default_oauth_apps/:app_id', {
    schema: {
      summary: 'Set the default OAuth app of an app in the environment',
      tags,
      params: DefaultOAuthAppParams,
      body: SetDefaultOAuthAppBody,
      response: { 200: DefaultOAuthAppShape, ...errorAnswers },
    },
    handler: (request) =>
      setDefaultOAuthApp(
        app,
        request.projectEnvironment,
        request.params.app_id,
        request.body.oauth_app_id,
        actorOf(request.caller),
      ),
  })
}
