import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Store from "../../src/store/index.ts"
import * as Workspace from "../../src/workspace/index.ts"
import { beginRun, filesIn, opened, temporaryFolder } from "./support.ts"

const child = (name: string): string => fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url))

/** Runs a child until it has said something, then kills it. */
const killed = (name: string, ...args: ReadonlyArray<string>) =>
  Effect.callback<void>((resume) => {
    const process_ = spawn(process.execPath, [child(name), ...args], { stdio: ["ignore", "pipe", "inherit"] })
    process_.stdout.once("data", () => process_.kill("SIGKILL"))
    process_.once("exit", () => resume(Effect.void))
  })

const drafts = ({ objects }: ReturnType<typeof filesIn>): ReadonlyArray<string> =>
  fs.readdirSync(path.join(objects, "tmp"), { recursive: true, encoding: "utf8" }).sort()

const statuses = (file: string) =>
  Effect.map(Workspace.list(Workspace.at(file)), (all) => all.flatMap(({ runList }) => runList.map(({ status }) => status)))

/** Opens a database as a run does that holds its lock. */
const startOn = (files: ReturnType<typeof filesIn>) =>
  Effect.scoped(Effect.andThen(Store.lock(files.file), Effect.provide(Effect.void, Store.layer({ ...files, alone: true }))))

describe("a killed run", () => {
  it.live("stands as stopped, and the next start puts in order what it left behind", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const files = filesIn(folder)
      yield* killed("half", folder)
      assert.deepStrictEqual(yield* statuses(files.file), ["stopped"], "nothing runs, and nobody says so")
      assert.strictEqual(drafts(files).length, 2, "runs.db, and the half-written file in it")
      yield* startOn({ ...files, file: path.join(folder, "other.db") })
      assert.strictEqual(drafts(files).length, 2, "another database's start may come while this one is written to")
      yield* Effect.provide(Effect.void, Store.layer(files))
      assert.strictEqual(drafts(files).length, 2, "who only plans holds no lock")
      yield* startOn(files)
      assert.deepStrictEqual(drafts(files), [])
      assert.deepStrictEqual(yield* statuses(files.file), ["interrupted"])
    }), 30_000)

  it.live("does not seem to run because another study does, on the same database", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      yield* killed("half", path.dirname(files.file))
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Store.lock(files.file)
        const start = Effect.flatMap(opened, (journal) => beginRun(journal, "next"))
        yield* Effect.provide(start, Store.layer({ ...files, alone: true }))
        assert.deepStrictEqual(yield* statuses(files.file), ["interrupted", "running"])
      }))
    }), 30_000)
})

describe("a link to a database", () => {
  it.live("meets its lock and its objects", () =>
    Effect.gen(function*() {
      const files = filesIn(yield* temporaryFolder)
      const elsewhere = yield* temporaryFolder
      const link = path.join(elsewhere, "link.db")
      yield* startOn(files)
      fs.symlinkSync(files.file, link)
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Store.lock(files.file)
        assert.strictEqual((yield* Effect.flip(Effect.scoped(Store.lock(link)))).reason, "running")
        assert.isTrue(Store.isHeld(link))
      }))
      assert.strictEqual(
        path.resolve(Workspace.at(link).objects),
        path.resolve(Workspace.at(fs.realpathSync(files.file)).objects)
      )
      assert.deepStrictEqual(fs.readdirSync(elsewhere), ["link.db"])
    }))
})
