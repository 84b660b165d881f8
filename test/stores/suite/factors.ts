import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MOST_PASSKEYS } from '../../../src/core/model/factor.ts'
import { aPasskey, aSession, aTotp, aUser, fresh, NOW } from './records.ts'
import type { World } from './world.ts'

/** What people show besides a password. */
export function factorTests(world: World): void {
  const none = { totp: null, passkeys: [], recovery_codes: 0 }

  it('are found by their person, on every connection, until they are taken away', async () => {
    const sub = fresh('user')
    const [one, other] = [aPasskey({ sub }), aPasskey({ sub, counter: 7 })]
    assert.deepEqual(await world.store.factors.find(sub), none)
    for (const passkey of [one, other]) assert.equal(await world.store.factors.addPasskey(passkey), true)
    const totp = aTotp({ sub })
    await world.store.factors.setTotp(totp)
    await world.store.factors.setRecoveryCodes(sub, ['a', 'b', 'c'])
    for (const store of world.stores) {
      assert.deepEqual(await store.factors.find(sub), { totp, passkeys: [one, other], recovery_codes: 3 })
      assert.deepEqual(await store.factors.findPasskey(other.credential_id), other)
    }
    const removed = await world.race((store) => store.factors.removePasskey(sub, one.passkey_id))
    assert.equal(removed.filter(Boolean).length, 1)
    assert.equal(await world.store.factors.findPasskey(one.credential_id), null)
    assert.equal(await world.store.factors.removeTotp(sub), true)
    assert.equal(await world.store.factors.removeTotp(sub), false)
    assert.deepEqual(await world.store.factors.find(sub), { totp: null, passkeys: [other], recovery_codes: 3 })
  })

  it('with the last one the recovery codes go too', async () => {
    const passkey = aPasskey()
    await world.store.factors.addPasskey(passkey)
    await world.store.factors.setRecoveryCodes(passkey.sub, ['a'])
    await world.store.factors.removePasskey(passkey.sub, passkey.passkey_id)
    assert.deepEqual(await world.store.factors.find(passkey.sub), none)
  })

  it('a person who was deleted meanwhile gets none: nothing is left of them', async () => {
    const user = aUser()
    const { sub } = user
    await world.store.users.add(user)
    await world.store.users.delete(sub)
    const passkey = aPasskey({ sub })
    assert.equal(await world.store.factors.addPasskey(passkey), false)
    await world.store.factors.setTotp(aTotp({ sub }))
    await world.store.factors.setRecoveryCodes(sub, ['a'])
    assert.deepEqual(await world.store.factors.find(sub), none)
    assert.equal(await world.store.factors.findPasskey(passkey.credential_id), null)
  })

  it('are added in a session that is there still, and in no other', async () => {
    const session = aSession()
    const { sub, session_hash } = session
    await world.store.sessions.open(session)
    const stranger = aSession()
    await world.store.sessions.open(stranger)
    for (const other of [stranger.session_hash, fresh('hash')]) {
      assert.equal(await world.store.factors.addPasskey(aPasskey({ sub }), { session: other }), false)
      assert.equal(await world.store.factors.setTotp(aTotp({ sub }), { session: other }), false)
      assert.equal(await world.store.factors.setRecoveryCodes(sub, ['a'], { session: other }), false)
    }
    assert.deepEqual(await world.store.factors.find(sub), none)
    const passkey = aPasskey({ sub })
    assert.equal(await world.store.factors.addPasskey(passkey, { session: session_hash }), true)
    assert.equal(await world.store.factors.setRecoveryCodes(sub, ['a'], { session: session_hash }), true)
    assert.deepEqual(await world.store.factors.find(sub), { totp: null, passkeys: [passkey], recovery_codes: 1 })
    assert.deepEqual(await world.store.sessions.find(session_hash, NOW), session)
  })

  it('whoever ends a session and looks afterwards sees all that was added in it', async () => {
    for (let round = 0; round < 5; round++) {
      const session = aSession()
      const { sub, session_hash } = session
      await world.store.sessions.open(session)
      let seen: string[] = []
      await world.race(async (store, caller) => {
        if (caller < 20) await store.factors.addPasskey(aPasskey({ sub }), { session: session_hash })
        if (caller !== 20) return
        await store.sessions.end(session_hash)
        seen = (await store.factors.find(sub)).passkeys.map(({ passkey_id }) => passkey_id)
      })
      const { passkeys } = await world.store.factors.find(sub)
      assert.deepEqual(
        passkeys.map(({ passkey_id }) => passkey_id),
        seen,
      )
    }
  })

  it('of many that would be the first one is, and none where there is one already', async () => {
    const user = aUser()
    const { sub } = user
    await world.store.users.add(user)
    const added = await world.race((store, caller) =>
      caller % 2 === 0
        ? store.factors.addPasskey(aPasskey({ sub }), { first: true })
        : store.factors.setTotp(aTotp({ sub, last_step: caller }), { first: true }),
    )
    assert.equal(added.filter(Boolean).length, 1)
    const { totp, passkeys } = await world.store.factors.find(sub)
    assert.equal(passkeys.length + (totp ? 1 : 0), 1)
    assert.equal(await world.store.factors.addPasskey(aPasskey({ sub }), { first: false }), true)
    assert.equal(await world.store.factors.setTotp(aTotp({ sub, last_step: 9 }), { first: true }), false)
    assert.equal(await world.store.factors.addPasskey(aPasskey({ sub }), { first: true }), false)
  })

  it('a passkey is one person’s, and has one name', async () => {
    const passkey = aPasskey()
    const added = await world.race((store, caller) =>
      store.factors.addPasskey({ ...passkey, passkey_id: `${passkey.passkey_id}-${caller}` }),
    )
    assert.equal(added.filter(Boolean).length, 1)
    assert.equal(await world.store.factors.addPasskey(aPasskey({ credential_id: passkey.credential_id })), false)
    const { passkey_id } = (await world.store.factors.findPasskey(passkey.credential_id))!
    assert.equal(await world.store.factors.renamePasskey(fresh('user'), passkey_id, 'x'), false)
    assert.equal(await world.store.factors.removePasskey(fresh('user'), passkey_id), false)
    assert.equal(await world.store.factors.renamePasskey(passkey.sub, passkey_id, 'Blue key'), true)
    assert.deepEqual((await world.store.factors.find(passkey.sub)).passkeys, [{ ...passkey, passkey_id, label: 'Blue key' }])
  })

  it('one person has a bounded number of passkeys', async () => {
    const sub = fresh('user')
    for (let i = 0; i < MOST_PASSKEYS; i++) assert.equal(await world.store.factors.addPasskey(aPasskey({ sub })), true)
    assert.equal(await world.store.factors.addPasskey(aPasskey({ sub })), false)
    assert.equal((await world.store.factors.find(sub)).passkeys.length, MOST_PASSKEYS)
  })

  it('WebAuthn Level 3 §6.1.1 one of many with one count signs in, and none with a lower one; without a counter all do', async () => {
    const passkey = aPasskey()
    await world.store.factors.addPasskey(passkey)
    const { passkey_id } = passkey
    for (let i = 0; i < 2; i++) assert.equal(await world.store.factors.usePasskey(passkey_id, 0, NOW + i), true)
    const used = await world.race((store) => store.factors.usePasskey(passkey_id, 5, NOW + 5))
    assert.equal(used.filter(Boolean).length, 1)
    for (const counter of [0, 4, 5]) assert.equal(await world.store.factors.usePasskey(passkey_id, counter, NOW + 9), false)
    assert.deepEqual(await world.store.factors.findPasskey(passkey.credential_id), { ...passkey, counter: 5, used_at: NOW + 5 })
    assert.equal(await world.store.factors.usePasskey(fresh('passkey'), 9, NOW), false)
  })

  it('RFC 6238 §5.2 one of many shows a code first, and nobody one of a step before', async () => {
    const totp = aTotp()
    await world.store.factors.setTotp(totp)
    const used = await world.race((store) => store.factors.useTotp(totp.sub, 101))
    assert.equal(used.filter(Boolean).length, 1)
    for (const step of [99, 100, 101]) assert.equal(await world.store.factors.useTotp(totp.sub, step), false)
    assert.equal(await world.store.factors.useTotp(totp.sub, 102), true)
    assert.equal(await world.store.factors.useTotp(fresh('user'), 1), false)
    await world.store.factors.setTotp({ ...totp, sealed: 'another' })
    assert.deepEqual((await world.store.factors.find(totp.sub)).totp, { ...totp, sealed: 'another' })
  })

  it('one of many spends a recovery code, and new ones take the place of the old', async () => {
    const totp = aTotp()
    const { sub } = totp
    await world.store.factors.setTotp(totp)
    await world.store.factors.setRecoveryCodes(sub, ['a', 'b'])
    const spent = await world.race((store) => store.factors.spendRecoveryCode(sub, 'a'))
    assert.equal(spent.filter(Boolean).length, 1)
    assert.equal(await world.store.factors.spendRecoveryCode(fresh('user'), 'b'), false)
    assert.equal((await world.store.factors.find(sub)).recovery_codes, 1)
    await world.store.factors.setRecoveryCodes(sub, ['c', 'd', 'e'])
    assert.equal(await world.store.factors.spendRecoveryCode(sub, 'b'), false)
    assert.equal((await world.store.factors.find(sub)).recovery_codes, 3)
  })

  it('a change ends the other sessions where that is asked for, and a reset takes everything', async () => {
    const sub = fresh('user')
    const [own, other, stranger] = [aSession({ sub }), aSession({ sub }), aSession()]
    for (const session of [own, other, stranger]) await world.store.sessions.open(session)
    const passkey = aPasskey({ sub })
    await world.store.factors.addPasskey(passkey, { keeping: own.session_hash })
    const find = ({ session_hash }: { session_hash: string }) => world.store.sessions.find(session_hash, NOW)
    assert.deepEqual(await Promise.all([own, other, stranger].map(async (one) => (await find(one)) !== null)), [true, false, true])
    await world.store.factors.setTotp(aTotp({ sub }))
    await world.store.factors.setRecoveryCodes(sub, ['a'])
    assert.equal(await world.store.factors.reset(sub, { keeping: '' }), true)
    assert.equal(await find(own), null)
    assert.deepEqual(await world.store.factors.find(sub), none)
    assert.equal(await world.store.factors.reset(sub), false)
    assert.equal(await world.store.factors.findPasskey(passkey.credential_id), null)
  })
}
