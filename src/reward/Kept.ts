/** What was asked of a model outside and answered: one file each, under the hash of the question. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { reasonOf } from "../pipeline/reason.ts"

/** An answer could not be written down: `message` says where and why. */
class KeepError extends Data.TaggedError("KeepError")<{ readonly message: string }> {}

const decode = Schema.decodeOption(Schema.fromJsonString(Schema.Struct({ question: Schema.Unknown, reply: Schema.String })))

const pathOf = (folder: string, key: string): string => join(folder, key.slice(0, 2), `${key}.json`)

/** The reply to a question that was asked before; undefined for a new one, and for a file that cannot be read: it is asked again. */
export const read = (folder: string, key: string): Effect.Effect<string | undefined> =>
  Effect.promise(() => readFile(pathOf(folder, key), "utf8").catch(() => undefined)).pipe(
    Effect.map((text) => text === undefined ? undefined : Option.getOrUndefined(decode(text))?.reply)
  )

/** Keeps a reply with its question: whole or not at all, whoever else writes or is killed meanwhile. */
export const write = (
  folder: string,
  key: string,
  content: { readonly question: unknown; readonly reply: string }
): Effect.Effect<void, KeepError> =>
  Effect.tryPromise({
    try: async () => {
      const path = pathOf(folder, key)
      const draft = `${path}.${process.pid}.${crypto.randomUUID()}`
      await mkdir(join(folder, key.slice(0, 2)), { recursive: true })
      await writeFile(draft, JSON.stringify(content, null, 2), { flush: true })
      await rename(draft, path)
    },
    catch: (cause) => new KeepError({ message: `the judge's answer cannot be kept in ${folder} (${reasonOf(cause)}). Free some space there.` })
  })
