// @openauthjs/openauth 0.4 in memory. It has no session of its own and hands every authorization to a provider: the one here stands for
// "already signed in", reads a cookie and succeeds at once; one more answer and an encrypted cookie cannot be avoided.
import { serve } from '@hono/node-server'
import { issuer } from '@openauthjs/openauth'
import { MemoryStorage } from '@openauthjs/openauth/storage/memory'
import { createSubjects } from '@openauthjs/openauth/subject'

console.log = () => undefined // it writes a line per request
const subjects = createSubjects({ user: { '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) } } })
const already = {
  type: 'dev',
  init(routes, ctx) {
    routes.get('/authorize', (c) => {
      const person = /sid=([^;]+)/.exec(c.req.header('cookie') ?? '')?.[1]
      return person ? ctx.success(c, { user: person }) : c.text('Nobody is signed in.', 401)
    })
  },
  client: async ({ clientID }) => ({ user: clientID }),
}
const app = issuer({
  storage: MemoryStorage(),
  subjects,
  allow: async () => true,
  providers: { dev: already },
  success: async (ctx, { user }) => ctx.subject('user', { id: user }),
})
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })
