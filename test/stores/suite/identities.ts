import assert from 'node:assert/strict'
import { it } from 'node:test'
import { anIdentity, aSession, aUser, fresh } from './records.ts'
import type { World } from './world.ts'

/** What people are called somewhere else. */
export function identityTests(world: World): void {
  async function aPerson(): Promise<string> {
    const user = aUser()
    await world.store.users.add(user)
    return user.sub
  }

  it('are found by issuer and subject, and listed by person', async () => {
    const identity = anIdentity({ sub: await aPerson(), email: 'mara@work.example' })
    const other = anIdentity({ sub: identity.sub, issuer: 'https://another.example' })
    assert.equal(await world.store.identities.find(identity.issuer, identity.subject), null)
    for (const one of [identity, other]) assert.equal(await world.store.identities.add(one), 'added')
    for (const store of world.stores) {
      assert.deepEqual(await store.identities.find(identity.issuer, identity.subject), identity)
      assert.equal(await store.identities.find(other.issuer, identity.subject), null)
      assert.deepEqual(await store.identities.list(identity.sub), [other, identity])
    }
    assert.deepEqual(await world.store.identities.list(fresh('user')), [])
  })

  it('an identity stays with its person, and a person has one of each issuer', async () => {
    const identity = anIdentity({ sub: await aPerson() })
    await world.store.identities.add(identity)
    assert.equal(
      await world.store.identities.add(anIdentity({ sub: await aPerson(), subject: identity.subject, issuer: identity.issuer })),
      'taken',
    )
    assert.equal(await world.store.identities.add(anIdentity({ sub: identity.sub, issuer: identity.issuer })), 'taken')
    assert.deepEqual(await world.store.identities.find(identity.issuer, identity.subject), identity)
  })

  it('are linked in a session of their person that is there still, and in no other', async () => {
    const identity = anIdentity({ sub: await aPerson() })
    const [own, stranger] = [aSession({ sub: identity.sub }), aSession()]
    for (const session of [own, stranger]) await world.store.sessions.open(session)
    for (const session of [stranger.session_hash, fresh('hash')])
      assert.equal(await world.store.identities.add(identity, { session }), 'taken')
    assert.equal(await world.store.identities.find(identity.issuer, identity.subject), null)
    assert.equal(await world.store.identities.add(identity, { session: own.session_hash }), 'added')
  })

  it('nobody who is not there gets one', async () => {
    const identity = anIdentity()
    assert.equal(await world.store.identities.add(identity), 'taken')
    assert.equal(await world.store.identities.find(identity.issuer, identity.subject), null)
  })

  it('a new person comes with it, or neither', async () => {
    const user = aUser()
    assert.equal(await world.store.identities.add(anIdentity({ sub: user.sub }), { user }), 'added')
    assert.deepEqual(await world.store.users.find(user.sub), user)
    const [held] = await world.store.identities.list(user.sub)
    const same_email = aUser({ email: user.email })
    const late = anIdentity({ sub: same_email.sub })
    assert.equal(await world.store.identities.add(late, { user: same_email }), 'taken')
    assert.equal(await world.store.identities.find(late.issuer, late.subject), null)
    const same_identity = aUser()
    assert.equal(await world.store.identities.add({ ...held!, ...fresh_id(same_identity.sub) }, { user: same_identity }), 'taken')
    assert.equal(await world.store.users.find(same_identity.sub), null)
  })

  it('of fifty first sign-ins of one subject at one moment one makes a person', async () => {
    const shape = anIdentity()
    const people = Array.from({ length: 50 }, () => aUser())
    const outcomes = await world.race((store, caller) => {
      const user = people[caller]!
      return store.identities.add({ ...shape, ...fresh_id(user.sub) }, { user })
    })
    assert.equal(outcomes.filter((outcome) => outcome === 'added').length, 1)
    const made = await Promise.all(people.map(({ sub }) => world.store.users.find(sub)))
    assert.deepEqual(
      made.map((user) => user !== null),
      outcomes.map((outcome) => outcome === 'added'),
    )
  })

  it('are removed by their own person only', async () => {
    const identity = anIdentity({ sub: await aPerson() })
    await world.store.identities.add(identity)
    assert.equal(await world.store.identities.remove(fresh('user'), identity.identity_id), false)
    assert.equal(await world.store.identities.remove(identity.sub, identity.identity_id), true)
    assert.equal(await world.store.identities.remove(identity.sub, identity.identity_id), false)
    assert.equal(await world.store.identities.find(identity.issuer, identity.subject), null)
  })

  it('of people who take away all of theirs at one moment one is left where one is to be kept', async () => {
    const user = aUser()
    await world.store.users.add(user)
    const all = Array.from({ length: 5 }, () => anIdentity({ sub: user.sub, issuer: fresh('https://issuer') }))
    for (const identity of all) await world.store.identities.add(identity)
    const gone = await world.race((store, caller) => {
      const { identity_id } = all[caller % all.length]!
      return store.identities.remove(user.sub, identity_id, { keep_one: true })
    })
    assert.equal(gone.filter(Boolean).length, all.length - 1)
    assert.equal((await world.store.identities.list(user.sub)).length, 1)
  })
}

const fresh_id = (sub: string) => ({ identity_id: fresh('identity'), sub })
