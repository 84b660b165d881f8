// The process in which a PKCS#11 module lives. What hangs or crashes there is ended and begun anew, and takes no server with it.
import process from 'node:process'
import { CryptokiError } from './cryptoki.ts'
import type { Answer, Question } from './pkcs11.ts'
import { openToken, PinError, type Token } from './pkcs11-token.ts'

/** Sessions, logins and tokens that were lost: everything that mends itself by beginning anew. PKCS #11 2.40, §5.1. */
const LOST = new Set([0x5, 0x6, 0x30, 0x31, 0x32, 0xb0, 0xb1, 0xb3, 0xe0, 0xe1, 0x101, 0x190])

let token: Token | null = null

async function perform(question: Question): Promise<unknown> {
  if (question.ask === 'open') {
    token = await openToken(question.settings)
    return null
  }
  if (!token) throw new Error('The token is not open yet.')
  if (question.ask === 'make') return token.make(question.alg)
  if (question.ask === 'sign') return token.sign(question.reference, question.alg, question.text)
  return question.ask === 'destroy' ? token.destroy(question.reference) : token.ping()
}

function explain(cause: unknown): Pick<Answer, 'problem' | 'kind'> {
  const problem = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof PinError) return { problem, kind: 'pin' }
  return { problem, kind: cause instanceof CryptokiError && LOST.has(cause.value) ? 'lost' : 'refused' }
}

async function answer(question: Question): Promise<void> {
  const outcome = await perform(question).then((value) => ({ value }), explain)
  process.send?.({ id: question.id, ...outcome })
}

process.on('message', (question) => void answer(question as Question))
process.on('disconnect', () => process.exit()) // however the server has ended
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined) // meant for the server, which still signs
