import type { StoreNotice, StoreWork } from '../core/model/store.ts'
import type { Ddl } from './ddl.ts'

export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

/** One statement with its values for `$1`, `$2` …; its text is a constant of ours, never built from input. */
export interface Statement {
  text: string
  values: readonly Value[]
  /** Where it changes no row, nothing of its batch is kept. */
  must?: boolean
  /** What other processes are told of its batch, where a database can tell, once it is kept. */
  notice?: StoreNotice
}

/**
 * All that a database must be able to do for the store. No transactions are handed out: a move is one statement or one batch.
 * Writes keep their promise only when they would survive a power cut, those that changed nothing too: what they saw must last as well.
 */
export interface Sql {
  /** Stands behind the definition of a table whose rows shall lie in the order of their key, where the database wants to be told. */
  readonly clustered: string
  readonly ddl: Ddl
  all(text: string, values: readonly Value[]): Promise<readonly Row[]>
  /** The same from a copy that may lag behind, where there is one. */
  lagging?: Sql['all']
  /** The rows are those of `returning`. */
  write(text: string, values: readonly Value[]): Promise<readonly Row[]>
  /** How many rows it changed: for SQLite half the work of `returning`. */
  change(text: string, values: readonly Value[]): Promise<number>
  /** All or nothing; false where a statement that must change a row changed none. */
  batch(statements: readonly Statement[]): Promise<boolean>
  /**
   * One transaction around long work, for moving a whole database and nothing else: 'read' sees one moment of it however long it
   * takes and holds up nobody, 'write' is kept whole or not at all.
   */
  whole<T>(mode: 'read' | 'write', work: (all: Sql['all']) => Promise<T>): Promise<T>
  /** One statement outside of any transaction, however long it takes; where a database needs such. */
  alone?(text: string): Promise<void>
  /** Calls back soon after another process may have changed something, at the latest after half a second; see `Store.watch`. */
  watch?(listener: (notice: StoreNotice) => void): () => void
  /** Milliseconds by which the database's clock is ahead of ours. */
  skew(): Promise<number>
  /** Where the driver counts. */
  work?(): StoreWork
  close(): Promise<void>
}
