/** Table of contents of webhooks. */
import { Type } from 'typebox'
import { actorOf } from '../access/caller.ts'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import {
  DeliveryAnswer,
  DeliveryParams,
  ListDeliveriesAnswer,
  ListDeliveriesQuery,
  RetrieveWebhookAnswer,
  SetWebhookAnswer,
  SetWebhookBody,
  SigningKeyAnswer,
} from './contract.ts'
import { deleteWebhook } from './delete-webhook.ts'
import { listDeliveries } from './list-deliveries.ts'
import { regenerateSigningKey } from './regenerate-signing-key.ts'
import { replayDelivery } from './replay-delivery.ts'
import { retrieveWebhook } from './retrieve-webhook.ts'
import { setWebhook } from './set-webhook.ts'

const W = '/v1/connect/:project_id/webhook'
const tags = ['Webhooks']
const nothing = Type.Null({ description: 'No content' })

export function webhookRoutes(http: Http, app: App): void {
  http.get(W, {
    schema: {
      summary: "Retrieve the project environment's webhook",
      tags,
      response: { 200: RetrieveWebhookAnswer, ...errorAnswers },
    },
    handler: (request) => retrieveWebhook(app, request.projectEnvironment),
  })
  http.put(W, {
    schema: {
      summary: "Set the project environment's webhook",
      tags,
      body: SetWebhookBody,
      response: { 200: SetWebhookAnswer, ...errorAnswers },
    },
    handler: (request) =>
      setWebhook(app, request.projectEnvironment, request.body.url, actorOf(request.caller)),
  })
  http.delete(W, {
    schema: {
      summary: "Delete the project environment's webhook",
      tags,
      response: { 204: nothing, ...errorAnswers },
    },
    handler: async (request, reply) => {
      await deleteWebhook(app, request.projectEnvironment, actorOf(request.caller))
      return reply.code(204).send(null)
    },
  })
  http.post(`${W}/regenerate_signing_key`, {
    schema: {
      summary: "Replace the webhook's signing key",
      tags,
      response: { 200: SigningKeyAnswer, ...errorAnswers },
    },
    handler: (request) => regenerateSigningKey(app, request.projectEnvironment, actorOf(request.caller)),
  })
  http.get(`${W}/deliveries`, {
    schema: {
      summary: 'List deliveries',
      tags,
      querystring: ListDeliveriesQuery,
      response: { 200: ListDeliveriesAnswer, ...errorAnswers },
    },
    handler: (request) => listDeliveries(app, request.projectEnvironment, request.query),
  })
  http.post(`${W}/deliveries/:id/replay`, {
    schema: {
      summary: 'Send a delivery once more',
      tags,
      params: DeliveryParams,
      response: { 200: DeliveryAnswer, ...errorAnswers },
    },
    handler: (request) =>
      replayDelivery(app, request.projectEnvironment, request.params.id, actorOf(request.caller)),
  })
}
