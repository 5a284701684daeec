/**
 * Folders through which weights go, `MACHINE-PID-...`: each run has its own, whoever shares the folder around them, and what a process
 * left that is gone the next one removes.
 */
import { createHash } from "node:crypto"
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join, posix, resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { exits } from "../../pipeline/Errors.ts"
import { isRunning } from "../../pipeline/isRunning.ts"
import { machine } from "../../pipeline/machine.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import { PolicyError } from "../policyError.ts"

const here = createHash("sha256").update(machine()).digest("hex").slice(0, 12)

/** Milliseconds after which a folder is nobody's whose process cannot be asked: it ran on another machine, or on this one before it started anew. */
const old = 7 * 24 * 3600 * 1000

const named = /^assay-split-([0-9a-f]{12})-(\d+)-/

const isLeft = async (path: string): Promise<boolean> => {
  const [, at, pid] = named.exec(basename(path)) ?? []
  if (pid === undefined) return false
  if (at === here) return !isRunning(Number(pid))
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > old
}

const removeLeft = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    // what cannot be removed is somebody else's, and in nobody's way
    if (await isLeft(path)) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

/** Where weights go. */
export interface Exchange {
  /** A folder of this run alone. */
  readonly here: string
  /** How the server calls the folder of that name in it. */
  readonly there: (name: string) => string
}

/**
 * A folder in the one that is named, or in that of temporary files, for as long as the scope is open. Fails with `PolicyError` where
 * there can be none.
 */
export const open = (named: string | undefined, onServer: string | undefined): Effect.Effect<Exchange, PolicyError, Scope.Scope> => {
  const around = named === undefined ? tmpdir() : resolve(named)
  return Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        await mkdir(around, { recursive: true })
        await removeLeft(around)
        return await mkdtemp(join(around, `assay-split-${here}-${process.pid}-`))
      },
      catch: (cause) =>
        new PolicyError({ operation: "split", message: `${around} cannot be written (${reasonOf(cause)}). Name another folder.`, exitCode: exits.invalid })
    }),
    (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
  ).pipe(Effect.map((made) => ({
    here: made,
    there: (name) => onServer === undefined ? join(made, name) : posix.join(onServer, basename(made), name)
  })))
}
