import { openApi } from './api.ts'
import { openApp } from './app.ts'
import { DEMO_SCOPE } from './catalogue.ts'
import type { DemoLog, Place } from './door.ts'
import type { Walk } from './walk.ts'

/** What the demo needs to know of the server that it visits. It talks to it over HTTP, like any third party. */
export interface DemoOptions {
  issuer: string
  app: Place & { client_id: string; client_secret: string }
  api: Place & { audience: string }
  /** Ways through other dialects of the same server; none unless given. */
  walks?: readonly Walk[]
  log: DemoLog
}

export interface Demo {
  app_url: string
  api_url: string
  close(): Promise<void>
}

/** Opens the app Tallyboat and the API of Harbour Books. Neither asks the issuer for anything before it is used. */
export async function startDemo({ issuer, app, api, walks = [], log }: DemoOptions): Promise<Demo> {
  const apiDoor = await openApi({ ...api, issuer, log })
  const appDoor = await openApp({ ...app, issuer, scope: DEMO_SCOPE, audience: api.audience, api_url: apiDoor.url, walks, log }).catch(
    async (cause: unknown) => {
      await apiDoor.close()
      throw cause
    },
  )
  return {
    app_url: appDoor.url,
    api_url: apiDoor.url,
    async close() {
      await Promise.all([appDoor.close(), apiDoor.close()])
    },
  }
}
