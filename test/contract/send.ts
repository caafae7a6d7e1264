/** Owns sending a request with its path exactly as written: fetch would tidy it. */
import { request } from 'node:http'

export interface Sent {
  /** As `Authorization: Bearer`. */
  token?: string
  /** As `x-pd-environment`. */
  environment?: string
  headers?: Record<string, string>
  /** An object goes as JSON, a text as it is. */
  body?: unknown
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

export function send(address: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { hostname, port } = new URL(address)
  const { token, environment, body } = sent
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(environment === undefined ? {} : { 'x-pd-environment': environment }),
    ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
    ...sent.headers,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(typeof body === 'object' ? JSON.stringify(body) : body)
  })
}
