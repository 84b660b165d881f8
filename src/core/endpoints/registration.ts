import { readBearer } from '../http/bearer.ts'
import { readJsonBody } from '../http/params.ts'
import { json } from '../http/reply.ts'
import type { Context } from '../model/context.ts'
import type { Dialect } from '../model/dialect.ts'
import type { HttpRequest, Reply } from '../model/http.ts'
import { proveRegistrar } from '../registration/access.ts'
import { readRegistration, registerByToken, registerOpenly, showRegistered } from '../registration/register.ts'

/** The client registration endpoint: who may, what they say of themselves, what it makes of them. @spec RFC 7591 §3 */
export async function registration(context: Context, http: HttpRequest, dialect: Dialect): Promise<Reply> {
  // where everybody may, a token that some SDK sends along means nothing
  const token = dialect.registration.policy === 'open' ? null : await proveRegistrar(context, readBearer(http), dialect)
  const metadata = readRegistration(context, await readJsonBody(http), dialect)
  const told = token
    ? await registerByToken(context, metadata, dialect, token)
    : await registerOpenly(context, metadata, dialect, http.address)
  return json(showRegistered(context, dialect, told), 201)
}
