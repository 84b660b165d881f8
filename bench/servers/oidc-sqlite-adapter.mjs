import { DatabaseSync } from 'node:sqlite'

const now = () => Math.floor(Date.now() / 1000)

/**
 * A durable adapter for oidc-provider, as well as we could make it: one row per artefact, prepared statements, partial indexes for the
 * three other ways in, and each call one statement that is on the disk when it returns.
 */
export function createSqliteAdapter(file) {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768')
  database.exec(`create table if not exists oidc (
      model text not null, id text not null, payload text not null, grant_id text, uid text, user_code text,
      expires_at integer, consumed_at integer, primary key (model, id)) without rowid;
    create index if not exists oidc_by_grant on oidc (grant_id) where grant_id is not null;
    create index if not exists oidc_by_uid on oidc (uid) where uid is not null;
    create index if not exists oidc_by_user_code on oidc (user_code) where user_code is not null;`)
  const upsert = database.prepare(`insert into oidc (model, id, payload, grant_id, uid, user_code, expires_at) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
      user_code = excluded.user_code, expires_at = excluded.expires_at`)
  const select = (where) => database.prepare(`select payload, consumed_at, expires_at from oidc where model = ? and ${where} = ?`)
  const by = { id: select('id'), uid: select('uid'), user_code: select('user_code') }
  const consume = database.prepare('update oidc set consumed_at = ? where model = ? and id = ?')
  const destroy = database.prepare('delete from oidc where model = ? and id = ?')
  const revoke = database.prepare('delete from oidc where grant_id = ?')

  return class Adapter {
    constructor(model) {
      this.model = model
    }
    async upsert(id, payload, expiresIn) {
      const { grantId = null, uid = null, userCode = null } = payload
      upsert.run(this.model, id, JSON.stringify(payload), grantId, uid, userCode, expiresIn ? now() + expiresIn : null)
    }
    async find(id) {
      return read(by.id.get(this.model, id))
    }
    async findByUid(uid) {
      return read(by.uid.get(this.model, uid))
    }
    async findByUserCode(userCode) {
      return read(by.user_code.get(this.model, userCode))
    }
    async consume(id) {
      consume.run(now(), this.model, id)
    }
    async destroy(id) {
      destroy.run(this.model, id)
    }
    async revokeByGrantId(grantId) {
      revoke.run(grantId)
    }
  }
}

function read(row) {
  if (!row || (row.expires_at && row.expires_at < now())) return undefined
  const payload = JSON.parse(row.payload)
  if (row.consumed_at) payload.consumed = row.consumed_at
  return payload
}
