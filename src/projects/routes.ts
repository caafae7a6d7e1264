/** Table of contents of projects (contract rows 46, 47 and 49). */
import { actorOf } from '../access/caller.ts'
import type { App } from '../app.ts'
import type { Http } from '../http/http.ts'
import { errorAnswers } from '../platform/error-shape.ts'
import { LogoParams, ProjectParams, ProjectShape, UpdateLogoBody, UpdateProjectBody } from './contract.ts'
import { MAX_LOGO_BYTES, readLogo, readProjectLogo, setProjectLogo } from './project-logo.ts'
import { retrieveProject, updateProject } from './update-project.ts'

const tags = ['Projects']

/** A digest names its content for good. Nothing in the picture may run, whatever a browser makes of it. */
const LOGO_HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
}

export function projectRoutes(http: Http, app: App): void {
  http.get('/v1/connect/projects/:project_id', {
    schema: {
      summary: 'Retrieve a project',
      tags,
      params: ProjectParams,
      response: { 200: ProjectShape, ...errorAnswers },
    },
    handler: (request) => retrieveProject(app, request.projectEnvironment),
  })
  http.patch('/v1/connect/projects/:project_id', {
    schema: {
      summary: 'Update a project: its names, its support address, and what its Connect tokens must say',
      tags,
      params: ProjectParams,
      body: UpdateProjectBody,
      response: { 200: ProjectShape, ...errorAnswers },
    },
    handler: (request) =>
      updateProject(app, request.projectEnvironment, request.body, actorOf(request.caller)),
  })
  http.post('/v1/connect/projects/:project_id/logo', {
    // Base64, and what is around it.
    bodyLimit: 2 * MAX_LOGO_BYTES,
    schema: {
      summary: "Set a project's logo",
      tags,
      params: ProjectParams,
      body: UpdateLogoBody,
      response: { 200: ProjectShape, ...errorAnswers },
    },
    handler: async (request) => {
      const bytes = readLogo(request.body.logo)
      await setProjectLogo(app, request.projectEnvironment, bytes, actorOf(request.caller))
      return retrieveProject(app, request.projectEnvironment)
    },
  })
  http.get('/_static/logos/:digest', {
    schema: { summary: 'Logo of a project', tags: ['Connect page'], params: LogoParams },
    handler: async (request, reply) => {
      const { mediaType, content } = await readProjectLogo(app, request.params.digest)
      return reply.headers(LOGO_HEADERS).type(mediaType).send(content)
    },
  })
}
