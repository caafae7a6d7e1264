/** Owns the part of the 3.x SDK that the suite calls. Its own types are not ours to import. */

export type Wire = Record<string, unknown>
type Call<Arguments extends unknown[], Answer = Wire> = (...args: Arguments) => Promise<Answer>

export interface Page<Item> extends AsyncIterable<Item> {
  data: Item[]
  hasNextPage(): boolean
  getNextPage(): Promise<Page<Item>>
}
export interface Account extends Wire {
  id: string
  app: Wire
  credentials?: Record<string, string>
}
type Options = Wire

export interface Client {
  rawAccessToken: Promise<string>
  appCategories: { list: Call<[], (Wire & { id: string })[]>; retrieve: Call<[id: string]> }
  apps: { list: Call<[Options?], Page<Wire>>; retrieve: Call<[id: string], { data: Wire }> }
  accounts: {
    list: Call<[Options?], Page<Account>>
    create: Call<[Options], Account>
    retrieve: Call<[id: string, Options?], Account>
    listByExternalUser: Call<[user: string, Options?], Account[]>
    delete: Call<[id: string], void>
    deleteByApp: Call<[app: string], void>
  }
  users: { list: Call<[Options?], Page<Wire>>; deleteExternalUser: Call<[user: string], void> }
  oauthApps: {
    list: Call<[Options?], Page<Wire>>
    create: Call<[Options], Wire & { id: string }>
    retrieve: Call<[id: string]>
    update: Call<[id: string, Options]>
    delete: Call<[id: string], void>
  }
  projects: { retrieveInfo: Call<[], { apps: Wire[] }> }
  tokens: {
    create: Call<[Options], { token: string; expiresAt: Date; connectLinkUrl: string }>
    validate: Call<[token: string, Options?]>
  }
  oauthTokens: { create: Call<[Options]> }
}

export interface ServerModule {
  PipedreamClient: new (options: Options) => Client
  PipedreamError: new () => Error & { statusCode?: number; body?: unknown }
}
export interface BrowserModule {
  createFrontendClient(options: Options): Client
}
