/** Files of a repository as a folder of the cache: pinned to a commit, planned without fetching them, and fetched. */
import { mkdir, statfs } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Supply } from "../pipeline/declare/Node.ts"
import { exits } from "../pipeline/Errors.ts"
import { inBytes } from "../pipeline/inBytes.ts"
import { Fetching } from "../pipeline/run/fetching.ts"
import { folderOf, link, type Listed, readRef, snapshotOf, writeRef } from "./cache.ts"
import { type Choice, choose, notCached } from "./choose.ts"
import { download } from "./download.ts"
import { explain, HubError, isPassing } from "./hubError.ts"
import { commitOf } from "./list.ts"
import { called, isCommit, type Repository } from "./repository.ts"
import { settings as read, type Settings } from "./settings.ts"

/** Files that are fetched side by side. */
const atOnce = 4

/**
 * Runs a promise; what it throws is put in words. `what` is the file that it is about, if any. Who interrupts it waits until it has
 * let go of its files.
 */
const attempt = <A>(
  repository: Repository,
  what: string,
  work: (settings: Settings, signal: AbortSignal) => Promise<A>
): Effect.Effect<A, HubError> =>
  Effect.callback<A, HubError>((resume, signal) => {
    const settings = read()
    const ended = work(settings, signal).then(
      (result) => resume(Effect.succeed(result)),
      (cause: unknown) => resume(Effect.fail(explain(repository, settings, what, cause)))
    )
    return Effect.promise(() => ended)
  })

/** Commits that revisions were when this process first asked: so a plan and what runs of it are about the same. */
const pinned = new Map<string, string>()

/**
 * The commit of a revision: as the hub says, or where it cannot be reached, as the cache remembers it, which is then said. It stays
 * the same while this process lives.
 */
export const pin = (repository: Repository): Effect.Effect<string, HubError> =>
  Effect.flatMap(Fetching, (tell) =>
    attempt(repository, "", async (settings, signal) => {
      const { name, revision, type } = repository
      if (isCommit(revision)) return revision
      const key = JSON.stringify([settings.endpoint, settings.cache, type, name, revision])
      if (pinned.has(key)) return pinned.get(key)!
      const cached = await readRef(settings, repository)
      const asked = () =>
        commitOf(settings, repository, signal).catch((cause: unknown) => {
          if (cached === undefined || signal.aborted || !isPassing(cause)) throw cause
          const { message } = explain(repository, settings, "", cause)
          tell({ _tag: "Said", message: `${message} Until then the cache's ${revision} is used, commit ${cached}.` })
          return cached
        })
      const commit = settings.offline ? cached : await asked()
      if (commit === undefined) throw notCached(settings, repository, "the commit")
      if (!pinned.has(key)) pinned.set(key, commit)
      return pinned.get(key)!
    }))

const chosen = (repository: Repository, commit: string, choice: Choice) =>
  attempt(repository, "the list of files", (settings, signal) => choose(settings, repository, commit, choice, signal))

/** Files by their contents: what several have comes once. */
const contentsOf = (files: ReadonlyArray<Listed>) =>
  [...Map.groupBy(files, ({ etag }) => etag).values()] as unknown as ReadonlyArray<readonly [Listed, ...ReadonlyArray<Listed>]>

const sizeOf = (files: ReadonlyArray<Listed>): number => contentsOf(files).reduce((sum, [{ size }]) => sum + size, 0)

const requireSpace = async (settings: Settings, repository: Repository, bytes: number): Promise<void> => {
  const folder = folderOf(settings, repository)
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= bytes) return
  throw new HubError({
    path: folder,
    message: `${called(repository)} needs ${inBytes(bytes)} in ${settings.cache}, where ${inBytes(bavail * bsize)} are free. ` +
      "Free some, or set HF_HOME to a folder on a larger disk.",
    exitCode: exits.broke,
    everybodys: true
  })
}

/** One fetches from a repository at a time, in this process: who waited finds what the other brought. */
const turns = new Map<string, Semaphore.Semaphore>()

const inTurn = ({ name, type }: Repository) => {
  const key = `${type} ${name}`
  const turn = turns.get(key) ?? Semaphore.makeUnsafe(1)
  turns.set(key, turn)
  return turn.withPermits(1)
}

/** Some files of a repository in a folder, by their paths in it. */
export interface Snapshot {
  readonly folder: string
  readonly files: ReadonlyArray<string>
}

const fetched = Effect.fnUntraced(function*(repository: Repository, choice: Choice) {
  const tell = yield* Fetching
  const commit = yield* pin(repository)
  const { known, missing, picked } = yield* chosen(repository, commit, choice)
  yield* attempt(repository, "", async (settings) => {
    for (const file of known) await link(settings, repository, commit, file)
  })
  const total = sizeOf(missing)
  if (missing.length > 0) {
    let done = 0
    const came = (bytes: number): void => {
      done += bytes
      tell({ _tag: "Fetched", name: repository.name, done, total })
    }
    yield* attempt(repository, "", (settings) => requireSpace(settings, repository, total))
    came(0)
    yield* Effect.forEach(contentsOf(missing), (files) =>
      attempt(repository, files[0].path, (settings, signal) => download({ settings, repository, commit, signal, came }, files)), {
      concurrency: atOnce,
      discard: true
    })
    if (done !== total) came(total - done) // another process brought some of it
  }
  // a cache that may only be read remembers no branch
  yield* attempt(repository, "", (settings) => settings.offline ? Promise.resolve() : writeRef(settings, repository, commit).catch(() => {}))
  const snapshot: Snapshot = { folder: snapshotOf(read(), repository, commit), files: picked }
  return snapshot
})

/**
 * A folder with the chosen files of the repository at its pinned commit. What is missing is fetched, and `Fetching` told of it. Fails
 * with `HubError`; what has come by then stays, and the next goes on from there.
 */
export const snapshot = (repository: Repository, choice: Choice): Effect.Effect<Snapshot, HubError> =>
  inTurn(repository)(fetched(repository, choice))

/** What is still to come of the choice, and how to bring it. */
export const supply = (repository: Repository, choice: Choice): Effect.Effect<Supply, HubError> =>
  Effect.gen(function*() {
    const commit = yield* pin(repository)
    const { missing } = yield* chosen(repository, commit, choice)
    return {
      name: `${repository.name} (${repository.revision}, commit ${commit.slice(0, 12)})`,
      files: missing.length,
      bytes: sizeOf(missing),
      bring: Effect.asVoid(snapshot(repository, choice))
    }
  })
