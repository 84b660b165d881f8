const MEMORY = 'oidc-memory'
const DURABLE = 'oidc-durable'

/** Ours against a base in one work, times as fast by the clock and by CPU: never below `floor`, and `aim` is where it is meant to be. */
const goal = (work, target, base, floor, aim, measures = ['rate', 'cpu']) => ({ work, target, base, floor, aim, measures })

/** What ours is held to. A floor or an aim that is null was never set. */
export const GOALS = [
  goal('A', 'vouchsafe', MEMORY, 4.8, 6),
  goal('A', 'vouchsafe', DURABLE, 9, 12),
  goal('A', 'vouchsafe', 'ceiling', 0.57, 0.7),
  goal('B', 'vouchsafe', MEMORY, 2.7, 4),
  goal('B', 'vouchsafe', DURABLE, 6, 9),
  goal('B', 'vouchsafe', 'ceiling', 0.75, 0.8),
  goal('C', 'vouchsafe', MEMORY, 3.7, 4.5),
  goal('C', 'vouchsafe', DURABLE, 3.7, 4.5),
  goal('C', 'vouchsafe', 'ceiling', 0.83, 0.9),
  goal('D', 'vouchsafe-opaque', `${MEMORY}-opaque`, 2.4, 4),
  goal('D', 'vouchsafe-opaque', `${DURABLE}-opaque`, null, 3),
  goal('D', 'vouchsafe-opaque', 'limit', 0.4, 0.6),
  goal('E', 'vouchsafe', MEMORY, 3.3, 4),
  goal('E', 'vouchsafe', 'limit', 0.79, 0.85),
  // the slowest hundredth waits at most twice as long
  goal('J', 'beside sign-ins', 'alone', null, 0.5, ['p99']),
  goal('K', 'syncs 2 ms slower', 'the disk as it is', null, 0.8, ['rate']),
  goal('L', 'fetch', 'node:http', null, 0.7),
]

/** Megabytes that ours may grow by between the first look at its memory and the last. */
export const MOST_GROWN = 5
