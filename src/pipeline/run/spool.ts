/** Rows that a stage makes: in memory while they are few, and in a file of its own from then on. */
import { randomUUID } from "node:crypto"
import { mkdir, readdir, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { troubleOf } from "../fileTrouble.ts"
import * as Rows from "../Rows.ts"
import * as RowsFile from "./RowsFile.ts"
import type { Spool } from "./services.ts"

/** Rows that are kept in memory: some megabytes of prompts. */
const few = 4096

/** Milliseconds after which a file that nobody writes to was left behind by a killed process: no stage rests for a day. */
const day = 24 * 60 * 60 * 1000

const removeLeftBehind = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined) // somebody else removed it
    if (found !== undefined && Date.now() - found.mtimeMs > day) await rm(path, { force: true })
  }
}

/** A new file below `folder` that goes with the scope. */
const temporary = (folder: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        await mkdir(folder, { recursive: true })
        await removeLeftBehind(folder)
        return join(folder, randomUUID())
      },
      catch: (cause) =>
        new Rows.RowsError({ message: `The folder ${folder} cannot be made ${troubleOf(cause)}`, cause })
    }),
    (path) => Effect.promise(() => rm(path, { force: true }))
  )

/** A spool whose files lie below `folder` and are removed when the scope closes. */
export const spoolIn = (folder: string): Effect.Effect<Spool["Service"], never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => ({
    file: Scope.provide(temporary(folder), scope),
    collect: Effect.fnUntraced(function*<A, E, R>(chunks: Stream.Stream<ReadonlyArray<A>, E, R>) {
      const held: Array<A> = []
      let file: { readonly path: string; readonly writer: RowsFile.Writer } | undefined
      const spill = Effect.gen(function*() {
        const path = yield* temporary(folder)
        const writer = yield* RowsFile.create(path)
        file = { path, writer }
        yield* writer.add(held.splice(0))
      }).pipe(Scope.provide(scope))
      yield* Stream.runForEach(chunks, (chunk) => {
        if (file !== undefined) return file.writer.add(chunk)
        for (const row of chunk) held.push(row)
        return held.length > few ? spill : Effect.void
      })
      if (file === undefined) return Rows.of(held)
      yield* file.writer.finish(null)
      return (yield* RowsFile.open(file.path)).rows as Rows.Rows<A>
    })
  }))
