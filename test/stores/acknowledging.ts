import { writeSync } from 'node:fs'
import { DAY } from '../../src/core/model/clock.ts'
import { openSqliteStore } from '../../src/stores/sqlite-store.ts'
import { aConsent, aGrant, aReceipt, NOW } from './suite/records.ts'

const asleep = new Int32Array(new SharedArrayBuffer(4))

/** Writes as fast as it can and says on its standard output what it was promised, until it is killed. */
const [file, round, now = String(NOW)] = process.argv.slice(2) as [string, string, string?]
const end = Number(now) + DAY
const store = await openSqliteStore(file)

function say(what: string, ...values: (string | number)[]): void {
  const line = Buffer.from(`${[what, ...values].join(' ')}\n`)
  for (let at = 0; at < line.length; ) {
    try {
      at += writeSync(1, line, at)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw cause
      Atomics.wait(asleep, 0, 0, 1) // who listens has not read it all yet
    }
  }
}

async function write(caller: number): Promise<never> {
  for (let i = 0; ; i++) {
    const name = `${round}-${caller}-${i}`
    const grant = aGrant({ grant_id: `g-${name}`, sub: `u-${name}`, client_id: 'client', sid: 's', expires_at: end, ends_at: end })
    if ((await store.grants.redeem(grant, {})) === 'inserted') say('redeemed', grant.grant_id)
    if (await store.grants.rotate(grant.grant_id, 1, NOW + 1, end, null)) say('rotated', grant.grant_id)
    const consent = aConsent({ sub: grant.sub, client_id: 'client' })
    await store.consents.decide(consent, { ...aReceipt(consent), receipt_id: `r-${name}` })
    say('decided', grant.sub)
    if (await store.once.spend(`o-${name}`, end)) say('spent', `o-${name}`)
    if (i % 3 === 0) {
      await store.grants.revoke(grant.grant_id, NOW + 3)
      say('revoked', grant.grant_id)
    }
    if (i % 3 === 1) {
      await store.consents.withdraw(grant.sub, 'client', { ...aReceipt(consent, 'withdrawn'), receipt_id: `w-${name}` })
      say('withdrawn', grant.grant_id, grant.sub)
    }
  }
}

await Promise.all(Array.from({ length: 16 }, (_, caller) => write(caller)))
