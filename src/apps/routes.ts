/** Table of contents of the app catalogue. */
import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { NotFound } from '../platform/errors.ts'
import { appPicture } from './app-picture.ts'
import { AppAnswer, AppCategoryShape, ListAppsAnswer, ListAppsQuery, ProjectInfoAnswer } from './contract.ts'
import { listApps } from './list-apps.ts'
import { listCategories } from './list-categories.ts'
import { renderApp } from './render-app.ts'

const tags = ['Apps']

/** Pictures may come from the operator's folder: one that is opened on its own runs nothing and loads nothing. */
const pictureHeaders = {
  'cache-control': 'public, max-age=3600',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'x-content-type-options': 'nosniff',
}

export function appRoutes(http: Http, app: App): void {
  http.get('/v1/connect/apps', {
    schema: {
      summary: 'List apps',
      tags,
      querystring: ListAppsQuery,
      response: { 200: ListAppsAnswer, ...errorAnswers },
    },
    handler: async (request) => listApps(app, request.query),
  })
  http.get('/v1/connect/apps/:app_id', {
    schema: {
      summary: 'Retrieve an app by id or slug',
      tags,
      params: Type.Object({ app_id: Type.String() }),
      response: { 200: AppAnswer, ...errorAnswers },
    },
    handler: async (request) => {
      const found = app.catalog.current.find(request.params.app_id)
      if (!found) throw new NotFound()
      return { data: renderApp(app, found) }
    },
  })
  http.get('/v1/connect/app_categories', {
    schema: {
      summary: 'List app categories',
      tags,
      response: { 200: Type.Array(AppCategoryShape), ...errorAnswers },
    },
    handler: async () => listCategories(app.catalog.current),
  })
  http.get('/v1/connect/app_categories/:id', {
    schema: {
      summary: 'Retrieve an app category',
      tags,
      params: Type.Object({ id: Type.String() }),
      response: { 200: AppCategoryShape, ...errorAnswers },
    },
    handler: async (request) => {
      const found = listCategories(app.catalog.current).find((category) => category.id === request.params.id)
      if (!found) throw new NotFound()
      return found
    },
  })
  http.get('/v1/connect/:project_id/projects/info', {
    schema: {
      summary: 'The apps a project offers',
      tags,
      response: { 200: ProjectInfoAnswer, ...errorAnswers },
    },
    handler: async () => ({
      apps: app.catalog.current.list().map(({ id, name_slug }) => ({ id, name_slug })),
    }),
  })
  http.get('/_static/apps/:file', {
    schema: { summary: 'Picture of an app', tags, params: Type.Object({ file: Type.String() }) },
    handler: async (request, reply) => {
      // What is not an app's name never gets near a path.
      const found = app.catalog.current.find(request.params.file.replace(/\.svg$/, ''))
      if (!found) throw new NotFound()
      const { mediaType, body, etag } = await appPicture(app, found)
      reply.headers({ ...pictureHeaders, etag })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(mediaType).send(body)
    },
  })
}
