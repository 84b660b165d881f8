// Runs a program on a Node that is new enough: this one, or the one that npm brought along.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const OLDEST = [22, 18]
/** What was compiled once is kept here, beside the code and no less trusted, and halves the time of a start; nowhere, where we may not write. */
const COMPILED = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', '.cache', 'vouchsafe')
/** Where our own files lie: as they were written, and as they were built. */
const OWN = ['../src/', '../dist/'].map((path) => new URL(path, import.meta.url).href)
const FORMATS = { '.ts': 'module-typescript', '.js': 'module' }

/** True when this process can run our TypeScript as it is. */
export function isNewEnough(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** The path of the Node that npm brought along for this machine; null where it has none. */
export function findNode() {
  try {
    const home = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`)
    return join(dirname(home), 'bin', 'node')
  } catch {
    return null
  }
}

/** What is experimental in Node was chosen knowingly; a warning at each command would only frighten. */
function hushExperiments() {
  const emit = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === 'string' ? rest[0] : rest[0]?.type
    if (type !== 'ExperimentalWarning') emit.call(process, warning, ...rest)
  }
}

/**
 * Our own files name each other by whole paths: Node need not search for them, ask what they are, or wait for each by itself. With some two
 * hundred of them that is a quarter of a start.
 */
function loadOwnFilesAtOnce() {
  const isOwn = (url) => OWN.some((folder) => url?.startsWith(folder))
  const formatOf = (url) => FORMATS[url.slice(-3)]
  module.registerHooks?.({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('.') || !isOwn(context.parentURL)) return next(specifier, context)
      const { href } = new URL(specifier, context.parentURL)
      const format = isOwn(href) && formatOf(href)
      return format ? { url: href, format, shortCircuit: true } : next(specifier, context)
    },
    load(url, context, next) {
      const format = isOwn(url) && formatOf(url)
      return format ? { format, source: readFileSync(new URL(url), 'utf8'), shortCircuit: true } : next(url, context)
    },
  })
}

/** Imports `program`, here or in a newer Node, which gets our signals and ends when we end, even by SIGKILL. */
export async function runWithNode(program, args) {
  if (isNewEnough()) {
    hushExperiments()
    module.enableCompileCache(COMPILED)
    loadOwnFilesAtOnce()
    process.argv = [process.argv[0], program, ...args]
    await import(pathToFileURL(program).href)
    return
  }
  const node = findNode()
  if (node === null) {
    console.error(
      `vouchsafe needs Node ${OLDEST.join('.')} or newer; this is ${process.version}. Install a newer one from https://nodejs.org and try again.`,
    )
    process.exit(78)
  }
  launch(node, program, args)
}

/** Runs `program` in a child on that Node: it gets our signals, and learns when we are gone. */
export function launch(node, program, args) {
  // the channel is how the child learns that we are gone: it closes however we end
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, VOUCHSAFE_LAUNCHED: '1' },
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal)
    if (signal) process.kill(process.pid, signal)
    else process.exit(code ?? 1)
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [program, ...args] = process.argv.slice(2)
  await runWithNode(program, args)
}
