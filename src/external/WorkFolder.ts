/** The folder of a stage whose training another program does: what that program reads, and what it leaves. */
import { copyFile, mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { exits } from "../pipeline/Errors.ts"
import { troubleOf } from "../pipeline/fileTrouble.ts"
import type { Json } from "../pipeline/json.ts"
import type { Settings } from "./settings.ts"
import type { Trainer } from "./trainer.ts"
import { TrainerError } from "./trainerError.ts"

/** The scripts of the trainers, and the module that they share. */
export const scripts = fileURLToPath(new URL("../../trainers", import.meta.url))

const shared = "assay_stage.py"

/** The scripts that a trainer runs. */
export const scriptsOf = ({ script }: Trainer): ReadonlyArray<string> => [script, shared]

const files = <A>(folder: string, work: () => Promise<A>): Effect.Effect<A, TrainerError> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) => new TrainerError({ message: `The folder of the training, ${folder}, cannot be used ${troubleOf(cause)}`, exitCode: exits.broke })
  })

/** Writes lines of JSON, some at a time. */
export const writeLines = <E, R>(file: string, chunks: ReadonlyArray<Effect.Effect<ReadonlyArray<Json>, E, R>>) =>
  Effect.gen(function*() {
    const handle = yield* Effect.acquireRelease(
      files(dirname(file), () => open(file, "w")),
      (handle) => Effect.promise(() => handle.close())
    )
    for (const chunk of chunks) {
      const lines = (yield* chunk).map((line) => `${JSON.stringify(line)}\n`)
      yield* files(dirname(file), () => handle.appendFile(lines.join("")))
    }
  }).pipe(Effect.scoped)

export const writeText = (file: string, text: string) => files(dirname(file), () => writeFile(file, text))

export const makeFolder = (folder: string) => files(folder, () => mkdir(folder, { recursive: true }))

const attempts = async (folder: string): Promise<ReadonlyArray<string>> =>
  (await readdir(folder)).filter((name) => /^attempt-\d+$/.test(name))

/** The folder of the next attempt: each has its own, so that one of which a part still runs somewhere disturbs no other. */
export const newAttempt = (folder: string): Effect.Effect<string, TrainerError> =>
  files(folder, async () => {
    const numbers = (await attempts(folder)).map((name) => Number(name.slice("attempt-".length)))
    const path = join(folder, `attempt-${Math.max(0, ...numbers) + 1}`)
    await mkdir(path)
    return path
  })

/** Where an attempt's checkpoints lie. */
export const checkpoints = (attempt: string): string => join(attempt, "checkpoints")

/** Deletes the checkpoints of all attempts but for the one that `kept` lies in; of all, unless given. Logs and configs stay. */
export const dropCheckpoints = (folder: string, kept?: string): Effect.Effect<void, TrainerError> =>
  files(folder, async () => {
    for (const name of await attempts(folder)) {
      const path = checkpoints(join(folder, name))
      if (kept === undefined || relative(path, kept).startsWith("..")) await rm(path, { recursive: true, force: true })
    }
  })

export const drop = (path: string): Effect.Effect<void, TrainerError> => files(path, () => rm(path, { recursive: true, force: true }))

/** A word as a shell reads it. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** The name of the log of an attempt. */
export const log = "trainer.log"

/** Writes what is started in an attempt: the scripts, what they read, and `run.sh`, which starts them. */
export const writeAttempt = (
  attempt: string,
  trainer: Trainer,
  { python }: Pick<Settings, "python">,
  read: { readonly [name: string]: Json }
): Effect.Effect<string, TrainerError> =>
  files(attempt, async () => {
    for (const script of scriptsOf(trainer)) await copyFile(join(scripts, script), join(attempt, script))
    for (const [name, content] of Object.entries(read)) {
      // one of them has the token of the server
      await writeFile(join(attempt, name), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
    }
    const start = [
      "#!/usr/bin/env bash",
      `# Starts ${trainer.title} for a stage of Assay, which waits for it; by itself it finds nobody to tell.`,
      // paths among the words are the user's own; a machine that has no such folder takes them from this one
      `cd ${quoted(process.cwd())} 2> /dev/null || cd ${quoted(attempt)}`,
      `exec ${[...python, join(attempt, trainer.script)].map(quoted).join(" ")} >> ${quoted(join(attempt, log))} 2>&1`
    ]
    const path = join(attempt, "run.sh")
    await writeFile(path, `${start.join("\n")}\n`, { mode: 0o755 })
    return path
  })

/** Lines of the log that an error shows. */
const shown = 20

/** The last lines of an attempt's log. */
export const lastLines = (attempt: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    const text = await readFile(join(attempt, log), "utf8").catch(() => "")
    return text.trimEnd().split(/[\r\n]+/).slice(-shown).join("\n")
  })
