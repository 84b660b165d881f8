import { DAY, type Milliseconds } from '../core/model/clock.ts'
import type { DailyUse } from '../core/model/grant.ts'
import type { Store } from '../core/model/store.ts'
import type { Sql } from './sql.ts'

const USE_DAYS = 30
/** Networks that are kept. */
const PLACES = 3

const useText = 'select use_by_day, used_from from consents where sub = $1 and client_id = $2'
/** Where nobody else has counted meanwhile. */
const usedText = `
  update consents set used_at = case when used_at > cast($3 as bigint) then used_at else cast($3 as bigint) end, use_by_day = $4, used_from = $6
  where sub = $1 and client_id = $2 and coalesce(use_by_day, '') = coalesce(cast($5 as text), '') and coalesce(used_from, '') = coalesce(cast($7 as text), '')`

/** Counts how often consents are of use, by the day. */
export function createUses(sql: Sql): Store['consents']['use'] {
  return async (sub, client_id, at, count, from = '') => {
    const [row] = await sql.all(useText, [sub, client_id])
    if (!row) return true
    const before = row.use_by_day as string | null
    const after = JSON.stringify(addUse(readUse(before), at, count))
    const places = row.used_from as string | null
    const last = from === '' ? places : JSON.stringify([from, ...readPlaces(places).filter((one) => one !== from)].slice(0, PLACES))
    return (await sql.change(usedText, [sub, client_id, at, after, before, last, places])) > 0
  }
}

const readPlaces = (text: string | null | undefined): string[] => (text === null || text === undefined ? [] : JSON.parse(text))

/** The column holds the newest day, its count, that of the day before, and so on; the other one the networks. */
export function readUse(text: string | null | undefined, places?: string | null): DailyUse | undefined {
  if (text === null || text === undefined) return undefined
  const [day, ...counts] = JSON.parse(text) as [number, ...number[]]
  const from = readPlaces(places)
  return { day, counts, ...(from.length > 0 && { from }) }
}

/** The counts of the last days with `count` more on the day of `at`. */
function addUse(before: DailyUse | undefined, at: Milliseconds, count: number): readonly number[] {
  const day = Math.floor(at / DAY)
  const newest = Math.max(before?.day ?? day, day)
  const quiet = Math.min(USE_DAYS, newest - (before?.day ?? newest))
  const counts = [...Array<number>(quiet).fill(0), ...(before?.counts ?? [])].slice(0, USE_DAYS)
  const ago = newest - day
  if (ago < USE_DAYS) {
    while (counts.length <= ago) counts.push(0)
    counts[ago]! += count
  }
  return [newest, ...counts]
}
