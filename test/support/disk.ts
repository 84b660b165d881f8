import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Whether this machine can build the shim: Linux with a C compiler. */
export const canRecord = process.platform === 'linux' && ['/usr/bin/gcc', '/usr/bin/cc'].some((path) => existsSync(path))

const SOURCE = fileURLToPath(new URL('./disk.c', import.meta.url))
const HEAD = 128
const RECORD = 40
const OPS = ['', 'write', 'truncate', 'sync', 'synced', 'create', 'unlink', 'link', 'rename', 'mark'] as const

/** Which files and threads a fault is for: `struct head` of disk.c, in its words. */
export const KIND = { other: 1, log: 2, shared: 4, folder: 8 } as const
export const THREAD = { main: 1, pool: 2 } as const

/** The controls of the shim and where they stand. `lie`: syncs that do nothing and say that they did. */
const CONTROLS = {
  write_error: 24,
  write_kinds: 28,
  sync_error: 32,
  sync_threads: 36,
  sync_errors: 40,
  sync_microseconds: 44,
  lie: 48,
  sync_kinds: 60,
}
const FAILED = 52
const HALT = 56
const INSIDE = 64

/** One thing that happened to the files of the folder. */
export interface Happening {
  op: (typeof OPS)[number]
  /** Where it stands in the recording: later things stand further behind. */
  stamp: number
  file: number
  /** Offset, size of a truncation, or the stamp of the sync that ends here. */
  at: number
  error: number
  /** Milliseconds since 1970. */
  moment: number
  bytes: Buffer
}

/** A folder on a disk that tells what reaches it, and can be made slow, full or broken while programs use it. */
export interface WatchedDisk {
  /** Where the files go: watched, and nothing else may be there that is written without the shim. */
  folder: string
  /** For the programs that are watched. */
  env: Record<string, string>
  /** What has happened until now stands before this. */
  stamp(): number
  set(control: keyof typeof CONTROLS, value: number): void
  /** How many calls were made to fail. */
  failed(): number
  /** Lets whoever touches the disk stand still, for ever: kept when nothing is half done, so that the programs may be killed. */
  halt(): Promise<void>
  /** All that happened, in order. Throws where the recording was too small for it. */
  happenings(): Generator<Happening>
  close(): void
}

/** Builds the shim and begins a recording of at most `bytes`. */
export function openWatchedDisk(bytes: number): WatchedDisk {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-disk-'))
  const own = mkdtempSync(join(tmpdir(), 'vouchsafe-recording-'))
  const shim = join(own, 'disk.so')
  execFileSync('cc', ['-std=gnu17', '-Wall', '-Werror', '-O2', '-shared', '-fPIC', '-o', shim, SOURCE, '-ldl'])
  const recording = join(own, 'recording')
  const file = openSync(recording, 'w+', 0o600)
  ftruncateSync(file, bytes)
  const head = Buffer.alloc(HEAD)
  head.writeBigUInt64LE(BigInt(HEAD), 0)
  head.writeBigUInt64LE(BigInt(bytes), 8)
  writeSync(file, head, 0, HEAD, 0)
  const word = Buffer.alloc(8)
  const read = (at: number, length: 4 | 8): number => {
    readSync(file, word, 0, length, at)
    return length === 8 ? Number(word.readBigUInt64LE()) : word.readUInt32LE()
  }
  return {
    folder,
    // io_uring would go past the C library
    env: { LD_PRELOAD: shim, DISK_FOLDER: `${folder}/`, DISK_RECORDING: recording, UV_USE_IO_URING: '0' },
    stamp: () => read(0, 8),
    set: (control, value) => {
      word.writeUInt32LE(value)
      writeSync(file, word, 0, 4, CONTROLS[control])
    },
    failed: () => read(FAILED, 4),
    halt: async () => {
      word.writeUInt32LE(1)
      writeSync(file, word, 0, 4, HALT)
      for (let look = 0; read(INSIDE, 4) !== 0; look++) {
        if (look > 5000) throw new Error('A call to the disk does not come to its end.')
        await setTimeout(2)
      }
    },
    happenings: () => {
      if (read(16, 8) !== 0) throw new Error('The recording is too small for what happened.')
      return parse(readFirst(file, read(0, 8)))
    },
    close: () => {
      closeSync(file)
      rmSync(own, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function readFirst(file: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) at += readSync(file, bytes, at, length - at, at)
  return bytes
}

function* parse(all: Buffer): Generator<Happening> {
  for (let stamp = HEAD; stamp < all.length; ) {
    // whoever was killed between reserving and filling left no length: what is behind it cannot be read
    if (all.readUInt32LE(stamp) !== 1) throw new Error('The recording was cut off in the middle.')
    const length = all.readUInt32LE(stamp + 8)
    const number = (at: number) => Number(all.readBigUInt64LE(stamp + at))
    yield {
      op: OPS[all.readUInt32LE(stamp + 4)]!,
      stamp,
      error: all.readUInt32LE(stamp + 12),
      file: number(16),
      at: number(24),
      moment: number(32) / 1000,
      bytes: all.subarray(stamp + RECORD, stamp + RECORD + length),
    }
    stamp += (RECORD + length + 7) & ~7
  }
}

interface Change {
  at: number
  /** Null: the file is cut or stretched to `at`. */
  bytes: Buffer | null
}

interface Inode {
  /** What the programs see. */
  seen: Bytes
  /** What is on the disk whatever happens. */
  kept: Bytes
  /** What the disk may have or not. */
  pending: Change[]
  /** Changes that are no longer pending. */
  past: number
}

interface Naming {
  op: 'create' | 'unlink' | 'link' | 'rename'
  name: string
  other: string
  inode: Inode | null
}

type Names = Map<string, Inode>
export type Random = () => number

/** What a disk holds after a power cut, worked out from what happened before it. */
export interface PowerModel {
  apply(happening: Happening): void
  /** The files as they may be found: all that was synced, the rest by chance, down to sectors. */
  cut(random: Random): Map<string, Buffer>
  /** The files as the programs saw them. */
  whole(): Map<string, Buffer>
}

/** Files that are in the folder before anything happens are not known: it must be empty. */
export function createPowerModel(folder: string): PowerModel {
  const directory = statSync(folder).ino
  const inodes = new Map<number, Inode>()
  const kept: Names = new Map()
  const now: Names = new Map()
  const namings: Naming[] = []
  let named = 0
  const syncs = new Map<number, number>()

  function rename(op: Naming['op'], bytes: Buffer, file: number): void {
    const [name = '', other = ''] = bytes.toString().split('\n')
    if (op === 'create') {
      if (now.get(name) === inodes.get(file) && now.has(name)) return // two processes saw that it was not there
      inodes.set(file, { seen: createBytes(), kept: createBytes(), pending: [], past: 0 })
    }
    const naming = { op, name, other, inode: op === 'create' ? inodes.get(file)! : (now.get(name) ?? null) }
    namings.push(naming)
    applyName(now, naming)
  }

  function synced(file: number, began: number, error: number): void {
    const until = syncs.get(began)!
    syncs.delete(began)
    if (file === directory) {
      if (error !== 0) return
      const done = namings.splice(0, Math.max(0, until - named))
      named += done.length
      for (const naming of done) applyName(kept, naming)
      return
    }
    const inode = inodes.get(file)!
    const gone = inode.pending.splice(0, Math.max(0, until - inode.past))
    inode.past += gone.length
    // after a failed sync the system takes its copy for clean: what was in it never reaches the disk by itself
    if (error === 0) for (const change of gone) applyChange(inode.kept, change)
  }

  return {
    apply({ op, file, at, error, stamp, bytes }) {
      if (op === 'mark') return
      if (op === 'create' || op === 'unlink' || op === 'link' || op === 'rename') return rename(op, bytes, file)
      if (op === 'synced') return synced(file, at, error)
      const inode = inodes.get(file)
      if (op === 'sync') return void syncs.set(stamp, inode ? inode.past + inode.pending.length : named + namings.length)
      const change = { at, bytes: op === 'write' ? bytes : null }
      inode!.pending.push(change)
      applyChange(inode!.seen, change)
    },
    cut: (random) => {
      const names = new Map(kept)
      for (const naming of namings.slice(0, Math.floor(random() * (namings.length + 1)))) applyName(names, naming)
      return imagesOf(names, ({ kept, pending }) => {
        const image = createBytes(kept.bytes())
        for (const change of choose(pending, random)) applyChange(image, change)
        return image.bytes()
      })
    },
    whole: () => imagesOf(now, ({ seen }) => seen.bytes()),
  }
}

function applyName(names: Names, { op, name, other, inode }: Naming): void {
  if (op === 'unlink') return void names.delete(name)
  if (inode) names.set(op === 'create' ? name : other, inode)
  if (op === 'rename') names.delete(name)
}

function imagesOf(names: Names, imageOf: (inode: Inode) => Buffer): Map<string, Buffer> {
  return new Map([...names].map(([name, inode]) => [name, imageOf(inode)]))
}

const SECTOR = 512

/** What of the unsynced reached the disk: none, all, the first few, some whole, or some of their sectors. */
function choose(changes: readonly Change[], random: Random): readonly Change[] {
  const way = Math.floor(random() * 5)
  const share = random()
  if (way === 0) return []
  if (way === 1) return changes
  if (way === 2) return changes.slice(0, Math.floor(share * (changes.length + 1)))
  const some = () => random() < share
  if (way === 3) return changes.filter(some)
  return changes.flatMap((change) => (change.bytes === null ? [change].filter(some) : sectorsOf(change.at, change.bytes).filter(some)))
}

function sectorsOf(at: number, bytes: Buffer): Change[] {
  const parts: Change[] = []
  for (let from = 0; from < bytes.length; ) {
    const until = Math.min(bytes.length, from + SECTOR - ((at + from) % SECTOR))
    parts.push({ at: at + from, bytes: bytes.subarray(from, until) })
    from = until
  }
  return parts
}

function applyChange(image: Bytes, { at, bytes }: Change): void {
  if (bytes === null) image.resize(at)
  else image.write(at, bytes)
}

interface Bytes {
  write(at: number, bytes: Buffer): void
  resize(size: number): void
  bytes(): Buffer
}

/** A file in memory; holes are zeros. */
function createBytes(from: Buffer = Buffer.alloc(0)): Bytes {
  let all = Buffer.from(from)
  let size = all.length
  function resize(to: number): void {
    if (to > all.length) {
      const more = Buffer.alloc(Math.max(to, all.length * 2, 65_536))
      all.copy(more, 0, 0, size)
      all = more
    }
    if (to < size) all.fill(0, to, size)
    size = to
  }
  return {
    write(at, bytes) {
      if (at + bytes.length > size) resize(at + bytes.length)
      bytes.copy(all, at)
    },
    resize,
    bytes: () => all.subarray(0, size),
  }
}

/** Chance that can be repeated. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Whether what was recorded is what happened: else something went past the shim, and nothing can be said. */
export function differsFrom(folder: string, images: ReadonlyMap<string, Buffer>): string | null {
  for (const [name, image] of images) if (!readFileSync(join(folder, name)).equals(image)) return name
  return null
}
