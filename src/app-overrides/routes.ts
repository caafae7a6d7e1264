/** Table of contents of app overrides (contract rows 51 to 55). */
import { Type } from 'typebox'
import { actorOf } from '../access/caller.ts'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import {
  AppOverrideParams,
  AppOverrideShape,
  CreateAppOverrideBody,
  ListAppOverridesAnswer,
  ListAppOverridesQuery,
  UpdateAppOverrideBody,
} from './contract.ts'
import { createAppOverride } from './create-app-override.ts'
import { listAppOverrides, retrieveAppOverride } from './read-app-overrides.ts'
import { deleteAppOverride, updateAppOverride } from './update-app-override.ts'

const P = '/v1/connect/:project_id'
const tags = ['App overrides']

export function appOverrideRoutes(http: Http, app: App): void {
  http.get(`${P}/app_overrides`, {
    schema: {
      summary: 'List app overrides',
      tags,
      querystring: ListAppOverridesQuery,
      response: { 200: ListAppOverridesAnswer, ...errorAnswers },
    },
    handler: (request) => listAppOverrides(app, request.projectEnvironment, request.query),
  })
  http.post(`${P}/app_overrides`, {
    schema: {
      summary: "Create an app override: preset values of an app's fields, and an OAuth app",
      tags,
      body: CreateAppOverrideBody,
      response: { 200: AppOverrideShape, ...errorAnswers },
    },
    handler: (request) =>
      createAppOverride(app, request.projectEnvironment, request.body, actorOf(request.caller)),
  })
  http.get(`${P}/app_overrides/:id`, {
    schema: {
      summary: 'Retrieve an app override',
      tags,
      params: AppOverrideParams,
      response: { 200: AppOverrideShape, ...errorAnswers },
    },
    handler: (request) => retrieveAppOverride(app, request.projectEnvironment, request.params.id),
  })
  http.put(`${P}/app_overrides/:id`, {
    schema: {
      summary: 'Update an app override',
      tags,
      params: AppOverrideParams,
      body: UpdateAppOverrideBody,
      response: { 200: AppOverrideShape, ...errorAnswers },
    },
    handler: (request) =>
      updateAppOverride(
        app,
        request.projectEnvironment,
        request.params.id,
        request.body,
        actorOf(request.caller),
      ),
  })
  http.delete(`${P}/app_overrides/:id`, {
    schema: {
      summary: 'Delete an app override',
      tags,
      params: AppOverrideParams,
      response: { 204: Type.Null({ description: 'Deleted' }), ...errorAnswers },
    },
    handler: async (request, reply) => {
      await deleteAppOverride(app, request.projectEnvironment, request.params.id, actorOf(request.caller))
      return reply.code(204).send(null)
    },
  })
}
