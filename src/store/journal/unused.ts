/** What no run uses any more: executions of stages with all that they recorded, and files. */
import * as Effect from "effect/Effect"
import { attempt } from "../Database.ts"
import { shrink } from "../shrink.ts"
import { namedElsewhere, requireQuiet } from "../neighbours.ts"
import type { StoreError } from "../storeError.ts"
import type { Unused } from "../unused.ts"
import { forget, removeFiles } from "./artifacts.ts"
import type { Connection } from "./Connection.ts"

const idle = "SELECT id FROM stage WHERE id NOT IN (SELECT stage FROM run_stage)"

/** Hashes that what is in use names. */
const used = `
  SELECT artifact FROM checkpoint WHERE stage NOT IN (${idle})
  UNION SELECT artifact FROM best_weights WHERE stage NOT IN (${idle})
  UNION SELECT artifact FROM kept_weights WHERE stage NOT IN (${idle})
  UNION SELECT output FROM stage WHERE output IS NOT NULL AND id NOT IN (${idle})
  UNION SELECT subject FROM stage WHERE subject IS NOT NULL AND id NOT IN (${idle})`

/** Looks for it; changes nothing. Fails with `StoreError` where another database of the folder is being written to or cannot be read. */
export const findUnused = ({ handle: { file, sqlite }, objects }: Pick<Connection, "handle" | "objects">): Effect.Effect<Unused, StoreError> =>
  Effect.gen(function*() {
    yield* requireQuiet(file)
    const elsewhere = yield* namedElsewhere(file)
    const there = yield* objects.all
    return yield* attempt(file, () => {
      const needed = new Set(sqlite.prepare(used).pluck().all() as Array<string>)
      return {
        executions: sqlite.prepare(`SELECT id, kind, name FROM stage WHERE id IN (${idle}) ORDER BY id`).all() as Array<Unused["executions"][number]>,
        completions: sqlite.prepare(`SELECT count(*) FROM completion WHERE stage IN (${idle})`).pluck().get() as number,
        files: [...there].flatMap(([hash, bytes]) => needed.has(hash) || elsewhere.has(hash) ? [] : [{ hash, bytes }])
      }
    })
  })

/** Texts of prompts and truths that no completion names: they are shared, so nobody takes them along. */
const unnamedTexts =
  "DELETE FROM text WHERE id NOT IN (SELECT prompt FROM completion UNION SELECT solution FROM completion UNION SELECT details FROM completion)"

/** The same of environments, policies and outlines of code. */
const leftovers = [
  "DELETE FROM environment WHERE id NOT IN (SELECT environment FROM run UNION SELECT environment FROM experiment)",
  "DELETE FROM policy WHERE NOT EXISTS (SELECT 1 FROM stage WHERE instr(stage.preimage, policy.fingerprint) > 0)",
  `DELETE FROM code WHERE NOT EXISTS (SELECT 1 FROM stage WHERE instr(stage.preimage, code.hash) > 0)
    AND NOT EXISTS (SELECT 1 FROM policy WHERE instr(policy.preimage, code.hash) > 0)`
]

/**
 * Removes what `findUnused` found, the rows first: killed in between, files stay behind that the next time finds. For whoever holds
 * the lock of the database, so that nothing has come into use meanwhile.
 */
export const dropUnused = (connection: Connection, { executions, files }: Unused) =>
  Effect.gen(function*() {
    const { sqlite } = connection.handle
    yield* connection.commit("removeUnused", () => {
      const remove = sqlite.prepare("DELETE FROM stage WHERE id = ?")
      for (const { id } of executions) remove.run(id)
      forget(connection, sqlite.prepare("SELECT hash FROM artifact").pluck().all() as Array<string>)
      for (const statement of leftovers) sqlite.prepare(statement).run()
    })
    // for each text that goes SQLite would look through all completions for one that names it, which the condition has done
    yield* Effect.sync(() => sqlite.pragma("foreign_keys = OFF"))
    yield* Effect.ensuring(
      connection.commit("removeTexts", () => void sqlite.prepare(unnamedTexts).run()),
      Effect.sync(() => sqlite.pragma("foreign_keys = ON"))
    )
    yield* removeFiles(connection, files.map(({ hash }) => hash))
    yield* Effect.sync(() => shrink(sqlite)) // outside of the transaction
  })

/** Removes an experiment with its runs, earlier ones too. What they executed stays. */
export const dropExperiment = (connection: Connection, name: string) =>
  connection.commit("removeExperiment", () => void connection.handle.sqlite.prepare("DELETE FROM experiment WHERE name = ?").run(name))
