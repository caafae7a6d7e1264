/** Table of contents of what comes to a callback address without a browser. */
import { Type } from 'typebox'
import type { App } from '../../app.ts'
import type { Http } from '../../http/http.ts'
import { errorAnswers } from '../../platform/error-shape.ts'
import { CallbackParams } from '../contract.ts'
import { methodNotAllowed } from './method-not-allowed.ts'
import { takeUninstallNotice } from './take-uninstall-notice.ts'

const url = '/connect/oauth/:oauth_app_id/callback'

export function callbackRoutes(http: Http, app: App): void {
  http.delete(url, {
    schema: {
      summary: 'Hear from a provider that a person has taken the app away',
      tags: ['Connect page'],
      params: CallbackParams,
      response: { 200: Type.Null({ description: 'Empty' }), ...errorAnswers },
    },
    handler: async ({ headers, params, body }, reply) => {
      const { authorization } = headers
      await takeUninstallNotice(app, { oauthAppId: params.oauth_app_id, authorization, body })
      // Text is sent as it is: null would be serialized into a body of four letters.
      return reply.code(200).send('' as never)
    },
  })
  http.route({
    method: ['HEAD', 'POST', 'PUT', 'PATCH'],
    url,
    schema: { hide: true },
    // Before any body is looked at.
    onRequest: async () => {
      throw methodNotAllowed()
    },
    handler: async () => {},
  })
}
