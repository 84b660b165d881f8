import type { ApiKey } from './api-key.ts'
import type { Actor, AuditEntry, AuditHead, AuditPage, AuditPlace, AuditVerdict, RevocationReason } from './audit.ts'
import type { Client } from './client.ts'
import type { Milliseconds } from './clock.ts'
import type { Factors, Passkey, Totp } from './factor.ts'
import type { Consent, Grant, Restriction, Standing } from './grant.ts'
import type { Identity } from './identity.ts'
import type { InitialAccessToken } from './initial-access-token.ts'
import type { Receipt, ReceiptPage, ReceiptsToVerify, ReceiptVerdict, StoredReceipt } from './receipt.ts'
import type { StoredKey } from './stored-key.ts'
import type { StoredSession, User } from './user.ts'

/** A part of a list in the order of its key. */
export interface Page {
  /** The last key of the part before; '' to begin. */
  after: string
  /** At most this many, 1 to 1000. */
  limit: number
  /** It is only looked at: where there is a copy of the database that may lag behind, that one may be asked. */
  may_lag?: boolean
}

/** What another process may have changed. Whoever keeps something of it reads it again. */
export interface StoreNotice {
  /** The client_id; '' where it may be any. */
  clients?: string
  keys?: true
}

/** What a new grant must still meet when its row is written. */
export interface RedeemGuard {
  /** The session that must still exist; none where sessions are the host's. */
  sid?: string
}

/** What goes with a change of somebody's factors. */
export interface FactorOptions {
  by?: Actor
  /** All sessions of the person end but this one, by its hash; '' for none. */
  keeping?: string
  /** Only where the person has neither an app nor a passkey yet: of many at one moment one is the first. */
  first?: boolean
  /** Only while this session of theirs is there, by its hash: what ends it is not overtaken by what it had asked for. */
  session?: string
}

/**
 * The memory of the server. Each method is one move of the protocol, atomic by itself; a write is durable when its promise is kept.
 * `null` means not there; an exception means broken.
 *
 * Withdrawals are counters over (sub, client_id), '' standing for every one of them. The epoch of a person and a client is
 * the sum of the four counters that match; whatever carries another epoch has been called back since. A code stands or falls with the
 * whole of it. What a person lets rest, and what they take back of a consent that goes on, changes the epoch too: see `restrict`.
 *
 * What is decided is written into the audit log by the very move that does it: both or neither, and nothing where nothing changed.
 * `by` says who decided; where nobody says so it was the host, or of keys the server.
 */
export interface Store {
  /** The master secret that this store keeps beside itself, where it does: a file next to an embedded database. */
  readonly secret?: string
  clients: {
    find(client_id: string): Promise<Client | null>
    /** False where the client_id is taken, its owner was deleted or has `most` clients already, or it registered itself and was deleted. */
    add(client: Client, options?: { most?: number; by?: Actor }): Promise<boolean>
    /**
     * False where there is no such client, or it is no longer what `replaces` says: what somebody else has written meanwhile stays.
     * Its owner cannot change. `withdraw` also ends all that was given to it; `forget` also takes back what people have allowed.
     */
    update(client: Client, options?: { withdraw?: boolean; forget?: boolean; replaces?: Client; by?: Actor }): Promise<boolean>
    /** Takes the client away and ends all that was given to it. One that registered itself is remembered as gone: its client_id would still tell what it was. */
    delete(client_id: string, by?: Actor): Promise<boolean>
    /** Whether it registered itself and was deleted. */
    isGone(client_id: string): Promise<boolean>
    list(page: Page): Promise<Client[]>
    /** Those of one owner, by client_id. */
    listOwned(owner: string, page: Page): Promise<Client[]>
  }
  consents: {
    /** The consent, if there is one, and in the same breath the epoch that a code issued upon it must carry. */
    find(sub: string, client_id: string): Promise<Omit<Standing, 'session'>>
    /**
     * Writes down a decision in place of the one before, with its receipt; `withdraw` also ends what was given before. What rested goes on.
     * False, and nothing is written, where `epoch` is given and is not the present one: something was called back meanwhile; where the person
     * was deleted; and with `registered` where there is no such client.
     */
    decide(
      consent: Consent,
      receipt: Receipt,
      options?: { withdraw?: boolean; epoch?: number; registered?: boolean; by?: Actor },
    ): Promise<boolean>
    /**
     * Writes down what a person takes back of a consent that goes on, with its receipt. It holds at once for all that was given before: of
     * 'pause' grants are found with `paused`, and neither they nor codes under way are of use until 'resume'; of a narrowing grants are found
     * with less scope or an earlier end, and codes under way are over. A new decision leaves what was given before as narrow as it is.
     * False, and nothing is written, where `epoch` is not the present one, where the consent is no longer what `replaces` says, or where it
     * rests already.
     */
    restrict(
      consent: Consent,
      receipt: Receipt,
      restriction: Restriction,
      options: { replaces: Consent; epoch: number; by?: Actor },
    ): Promise<boolean>
    /** Adds `count` uses to those of the day of `at`, where the consent is there, and the network where the last came from to the three that are kept; '' is none. False where another has added at the same moment: then again. */
    use(sub: string, client_id: string, at: Milliseconds, count: number, from?: string): Promise<boolean>
    /** Takes a consent back, with its receipt, and ends all that came from it, codes under way included. False where there was none. */
    withdraw(sub: string, client_id: string, receipt: Receipt, by?: Actor): Promise<boolean>
    /** What one person has allowed, by client_id. */
    list(sub: string, page: Page): Promise<Consent[]>
  }
  /** What people have decided, each person's in a chain. They are written by the verbs that decide, and never change. */
  receipts: {
    /** Null where the person has no such receipt. */
    find(sub: string, receipt_id: string): Promise<StoredReceipt | null>
    /** A person's, the newest first; those from before there were chains come last. */
    list(sub: string, page: ReceiptPage): Promise<StoredReceipt[]>
    /** Reads the chains from their first receipt to their last. */
    verify(of?: ReceiptsToVerify): Promise<ReceiptVerdict>
    /** Erases what was shown to a person, for good; the chain stays whole. How many texts went. Called where an account is deleted. */
    erase(sub: string): Promise<number>
  }
  grants: {
    /** `revoked_at` is also set where the grant was called back by a withdrawal (then it is 0). `scope` and the ends are what is left of them. */
    find(grant_id: string): Promise<Grant | null>
    /** 'withdrawn': it was called back while the code was under way, or its session has ended. A grant: its code was used before. */
    redeem(grant: Grant, guard: RedeemGuard): Promise<'inserted' | 'withdrawn' | Grant>
    /** The grant, its generation one above the one shown; null where that one is not the present one, the grant is over or rests, or not of this client, where one is named. */
    rotate(
      grant_id: string,
      generation: number,
      at: Milliseconds,
      expires_at: Milliseconds,
      rotated_for: string | null,
      client_id?: string,
    ): Promise<Grant | null>
    /** The first moment of a revocation stays. */
    revoke(grant_id: string, at: Milliseconds, by?: Actor, reason?: RevocationReason): Promise<void>
    /** Ends everything of a person, a client or both, now and under way, by one counter. '' means all of them. */
    withdraw(of: { sub: string; client_id: string }, by?: Actor): Promise<void>
  }
  /** Access tokens that belong to no grant. */
  tokens: {
    epoch(client_id: string): Promise<number>
    /** Null is a client that nobody vouches for, which gives back what is its own: that is no decision, or it could fill the audit log. */
    revoke(jti: string, expires_at: Milliseconds, by?: Actor | null): Promise<void>
    /** The epoch of the client, and whether this token was revoked by itself. */
    standing(client_id: string, jti: string): Promise<{ epoch: number; revoked: boolean }>
  }
  /** Codes that are too long for an address: the code carries their key. Only a person who consented makes one. */
  codes: {
    park(key: string, sealed: string, expires_at: Milliseconds): Promise<void>
    find(key: string): Promise<string | null>
  }
  /** Names of things that may happen once, each kept until it is over. Written only after everything else was proved. */
  once: {
    /** True for the first who spends it, false for everybody after. */
    spend(id: string, expires_at: Milliseconds): Promise<boolean>
  }
  /** Tokens by which clients are registered. @spec RFC 7591 §3 */
  initialAccessTokens: {
    add(token: InitialAccessToken, by?: Actor): Promise<void>
    /** While it lasts and is not used up. */
    find(token_hash: string, now: Milliseconds): Promise<InitialAccessToken | null>
    /** Takes one of its uses; false where none is left or it is over. One atomic move. */
    spend(token_hash: string, now: Milliseconds): Promise<boolean>
    /** False where there is no such token. */
    revoke(token_id: string, by?: Actor): Promise<boolean>
    /** By token_id. */
    list(page: Page): Promise<InitialAccessToken[]>
  }
  /** Keys of people's own programs, by their hashes. */
  apiKeys: {
    find(key_hash: string): Promise<ApiKey | null>
    /** Of a person who was deleted none is kept. */
    add(key: ApiKey, by?: Actor): Promise<void>
    /** False where there is no such key. */
    revoke(key_id: string, by?: Actor): Promise<boolean>
    /** By key_id. */
    list(page: Page): Promise<ApiKey[]>
  }
  users: {
    find(sub: string): Promise<User | null>
    /** `email` in lower case. */
    findByEmail(email: string): Promise<User | null>
    /** 'taken' where the email is somebody else's, or the sub was somebody's who is deleted. */
    add(user: User, by?: Actor): Promise<'added' | 'taken'>
    /**
     * False where there is no such person, or they are no longer what `replaces` says: what somebody else has written meanwhile stays.
     * `end` also ends all their sessions and all that they gave; of sessions `keeping` names one that stays, by its hash. Throws where the
     * email is somebody else's.
     */
    update(user: User, options?: { end?: 'sessions' | 'everything'; keeping?: string; replaces?: User; by?: Actor }): Promise<boolean>
    /**
     * Takes a person away for good, with their sessions, keys and consents, and ends all that they gave; of their receipts the texts go. The
     * sub is never anybody's again. False where there is no such person.
     */
    delete(sub: string, by?: Actor): Promise<boolean>
    list(page: Page): Promise<User[]>
  }
  /** What people show besides a password. Somebody who was deleted gets none. */
  factors: {
    find(sub: string): Promise<Factors>
    /** By the name that the authenticator knows. */
    findPasskey(credential_id: string): Promise<Passkey | null>
    /** False where there is one of this credential_id already, the person has MOST_PASSKEYS, or it would not be the `first`. */
    addPasskey(passkey: Passkey, options?: FactorOptions): Promise<boolean>
    /** Calls it otherwise; false where this person has no such passkey. */
    renamePasskey(sub: string, passkey_id: string, label: string, options?: FactorOptions): Promise<boolean>
    /** False where this person has no such passkey. With the last factor the recovery codes go too. */
    removePasskey(sub: string, passkey_id: string, options?: FactorOptions): Promise<boolean>
    /** Notes a sign-in; false where the counter is not above the one that is kept, unless both are 0. One atomic move. */
    usePasskey(passkey_id: string, counter: number, at: Milliseconds): Promise<boolean>
    /** In place of the one before; false where it would not be the `first`, the person was deleted, or the session has ended. */
    setTotp(totp: Totp, options?: FactorOptions): Promise<boolean>
    /** False where there was none. With the last factor the recovery codes go too. */
    removeTotp(sub: string, options?: FactorOptions): Promise<boolean>
    /** True for the first who shows a code of this step, false for everybody after, and for every step before. One atomic move. */
    useTotp(sub: string, step: number): Promise<boolean>
    /** In place of all those before; `hashes` are SHA-256, base64url. None takes them away. False where the person was deleted, or the session has ended. */
    setRecoveryCodes(sub: string, hashes: readonly string[], options?: FactorOptions): Promise<boolean>
    /** True for the first who spends it. */
    spendRecoveryCode(sub: string, hash: string, options?: FactorOptions): Promise<boolean>
    /** Takes all of them away; false where there were none. */
    reset(sub: string, options?: FactorOptions): Promise<boolean>
  }
  /** What people are called somewhere else. */
  identities: {
    find(issuer: string, subject: string): Promise<Identity | null>
    /**
     * 'taken' where it is somebody's already, or its person has another one of this issuer, or there is no such person. `user` is its person, new here, who is added
     * by the same move: then 'taken' also where the email is somebody else's. With `session` also where that session of theirs, by its hash, is there no more.
     */
    add(identity: Identity, options?: { user?: User; session?: string; by?: Actor }): Promise<'added' | 'taken'>
    /** False where this person has none of this id; with `keep_one` also where it is the last of theirs. */
    remove(sub: string, identity_id: string, options?: { keep_one?: boolean; by?: Actor }): Promise<boolean>
    /** All of one person, by issuer: as many as there are issuers. */
    list(sub: string): Promise<Identity[]>
  }
  sessions: {
    /** The session while it lasts. */
    find(session_hash: string, now: Milliseconds): Promise<StoredSession | null>
    /** The same, and what `consents.find` says of its person and this client, all of one moment. */
    standing(session_hash: string, client_id: string, now: Milliseconds): Promise<Standing<StoredSession> | null>
    /**
     * Opens a session; `replaces` ends the one that this browser had. None is kept of a person who was deleted, and what ends a person's
     * sessions ends this one too, unless whoever reads the person after this sees what it made of them.
     */
    open(session: StoredSession, replaces?: string): Promise<void>
    /** Notes that the person has chosen this account anew. */
    select(session_hash: string, at: Milliseconds): Promise<void>
    /** Gives a session another secret, and notes that its account was chosen; false where it is not there, or another call was first. */
    renew(session_hash: string, next_hash: string, at: Milliseconds): Promise<boolean>
    /** Ends one session by its hash. */
    end(session_hash: string): Promise<void>
    /** A person's that last, at most `limit` (1 to 1000): of many, those that last longest. */
    list(sub: string, now: Milliseconds, limit: number): Promise<StoredSession[]>
    /** Ends one session of this person by its sid; false where they have no such session. */
    endOne(sub: string, sid: string): Promise<boolean>
    /** Ends all sessions of a person but one, where one is named; `withdraw` also ends all that was given to apps. `but` is a session_hash. */
    endAll(sub: string, options?: { but?: string; withdraw?: boolean; by?: Actor }): Promise<void>
  }
  /** Counters for strangers, in a table of fixed size. */
  throttles: {
    /** Counts one attempt in a window of `window` milliseconds, and says how many it has had and when it ends. One atomic move. */
    count(bucket: number, window: Milliseconds, now: Milliseconds): Promise<{ count: number; ends_at: Milliseconds }>
    /** Takes attempts back: all of them, or the last. */
    forgive(bucket: number, how: 'all' | 'one'): Promise<void>
  }
  keys: {
    list(): Promise<StoredKey[]>
    /** False where a key of this use and status stands already: there is at most one `next` and one `active` of each use. */
    add(key: StoredKey, by?: Actor): Promise<boolean>
    /** Makes `next` active and retires `active`, both or neither; false where they are no longer what they were. */
    promote(active: string | null, next: string, at: Milliseconds, by?: Actor): Promise<boolean>
    delete(kid: string, by?: Actor): Promise<void>
    /** Writes a key anew under another master secret. */
    rewrap(kid: string, sealed: string, by?: Actor): Promise<void>
  }
  /** Who decided what. Entries are only ever added; each store that decides anything has a chain of its own. */
  audit: {
    /** The newest first. Looks at a bounded number of entries: `next` says where to go on, null that there are no others. */
    list(page: AuditPage): Promise<{ entries: AuditEntry[]; next: AuditPlace | null }>
    /** Where each chain ends, by its name. */
    heads(page: Page): Promise<AuditHead[]>
    /** Reads every chain from its first entry to its last, and whether they continue what `against` says of earlier. */
    verify(against?: readonly AuditHead[]): Promise<AuditVerdict>
    /** Tells each entry that this store writes, once it is durable. */
    follow(listener: (entry: AuditEntry) => void): void
  }
  /**
   * Deletes what has been over for long enough, in small steps, for about `budget` milliseconds; `now` is by the database's clock. How many
   * rows went. Of several nodes one does it, and another takes over 30 s after the last work of that one.
   */
  sweep(now: Milliseconds, budget: Milliseconds): Promise<number>
  /**
   * Calls back within half a second of what other processes write about clients and keys, and more often than that: a call means that
   * something may have changed. What it returns ends it. A store without it is looked at every ten seconds for keys.
   */
  watch?(listener: (notice: StoreNotice) => void): () => void
  /** Milliseconds by which the database's clock is ahead of ours. */
  skew(): Promise<number>
  /** What it has written and what waits, where it counts: the database is not asked. */
  work?(): StoreWork
  close(): Promise<void>
}

/** How much a store does, since it was opened and at this moment. */
export interface StoreWork {
  /** Moves that were written, those that changed nothing too. */
  writes: number
  /** The transactions that they shared. */
  commits: number
  /** What waits for a transaction or a connection now. */
  waiting: number
  /** The size of the files of an embedded database. */
  bytes?: number
  /** The last walk of the sweeper through all grants, where this process has done one: how many it left, and when it ended. */
  walk?: { grants: number; ended_at: Milliseconds } | undefined
  /** Connections to a database that has any. */
  connections?: { open: number; idle: number }
}
