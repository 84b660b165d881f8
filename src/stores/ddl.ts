/** What databases say differently where their schema changes beside those who use it. No text is built from input. */
export interface Ddl {
  /** Begins a batch that needs a table for itself: it gives up soon, so that nobody queues behind it. */
  readonly impatience: readonly string[]
  /** Whether that is why a batch came to nothing. */
  isImpatient(cause: unknown): boolean
  /** How an index is made beside those who write, outside of any transaction; absent where a database has no such way. */
  readonly online?: OnlineIndex
  /** From now on every write to this table is refused, by the database itself and to everybody. */
  freeze(table: string): readonly string[]
  thaw(table: string): readonly string[]
  /** A row where the table `$1` is frozen. */
  readonly frozen: string
  /** Whether a write was refused so. */
  isFrozen(cause: unknown): boolean
}

export interface OnlineIndex {
  /** A row where an index of the name `$1` is not good for anything yet, whether somebody is at it or has left it. */
  readonly unfinished: string
  /** A row where the server is at it just now; it goes on when the process that asked for it is gone. */
  readonly building: string
  /** Whether somebody else was at the same index, so that it is to be looked at again. */
  isPassing(cause: unknown): boolean
  drop(name: string): string
  create(name: string, on: string, unique: boolean): string
}

/** What a refused write says. */
const FROZEN = 'vouchsafe: frozen'

const codeOf = (cause: unknown): string => String((cause as { code?: unknown } | null)?.code ?? '')

/** @see SQLite, CREATE TRIGGER */
export const sqliteDdl: Ddl = {
  impatience: [],
  isImpatient: () => false,
  freeze: (table) =>
    ['insert', 'update', 'delete'].map(
      (move) =>
        `create trigger if not exists frozen_${table}_${move} before ${move} on ${table} begin select raise(abort, '${FROZEN}'); end`,
    ),
  thaw: (table) => ['insert', 'update', 'delete'].map((move) => `drop trigger if exists frozen_${table}_${move}`),
  frozen: "select 1 as found from sqlite_schema where type = 'trigger' and name = 'frozen_' || $1 || '_insert'",
  isFrozen: (cause) => cause instanceof Error && cause.message === FROZEN,
}

/** 25006 is also what a standby says, and a server that was set to read only. @see PostgreSQL, Appendix A */
export const postgresDdl: Ddl = {
  impatience: ['set local lock_timeout = 300'], // milliseconds
  isImpatient: (cause) => codeOf(cause) === '55P03',
  online: {
    unfinished: 'select 1 as found from pg_catalog.pg_index where indexrelid = to_regclass(cast($1 as text)) and not indisvalid',
    building: 'select 1 as found from pg_catalog.pg_stat_progress_create_index where index_relid = to_regclass(cast($1 as text))',
    isPassing: (cause) => ['40P01', '42P07', '42704'].includes(codeOf(cause)) || /tuple concurrently/.test(String(cause)),
    drop: (name) => `drop index concurrently if exists ${name}`,
    create: (name, on, unique) => `create ${unique ? 'unique ' : ''}index concurrently if not exists ${name} on ${on}`,
  },
  freeze: (table) => [
    `create or replace function vouchsafe_frozen() returns trigger language plpgsql as 'begin raise exception ''${FROZEN}'' using errcode = ''25006''; end'`,
    `drop trigger if exists vouchsafe_frozen on ${table}`,
    `create trigger vouchsafe_frozen before insert or update or delete on ${table} for each row execute function vouchsafe_frozen()`,
  ],
  thaw: (table) => [`drop trigger if exists vouchsafe_frozen on ${table}`],
  frozen: "select 1 as found from pg_catalog.pg_trigger where tgrelid = to_regclass(cast($1 as text)) and tgname = 'vouchsafe_frozen'",
  isFrozen: (cause) => codeOf(cause) === '25006',
}
