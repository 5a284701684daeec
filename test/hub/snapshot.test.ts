/** Models by their names: what is fetched, how it lies in the cache, and what happens when the hub breaks. */
import { createHash } from "node:crypto"
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { modelFiles } from "../../src/hub/model.ts"
import type { Repository } from "../../src/hub/repository.ts"
import { pin, snapshot, supply } from "../../src/hub/snapshot.ts"
import { commit, etagOf, type Files } from "./server.ts"
import { environment, hub, listening, nowhere } from "./support.ts"

const weights = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251))

const files: Files = {
  "README.md": Buffer.from("# a model"),
  "config.json": Buffer.from("{}"),
  "tokenizer.json": Buffer.from("{\"a\":1}"),
  "model.safetensors.index.json": Buffer.from("{\"weight_map\":{}}"),
  "model-00001-of-00002.safetensors": weights,
  "model-00002-of-00002.safetensors": weights.subarray(1000),
  "onnx/model.onnx": Buffer.from("no"),
  "pytorch_model.bin": Buffer.from("no")
}

const large = "model-00001-of-00002.safetensors"
const wanted = ["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json"]

let count = 0
/** A repository of its own for each test, as a process remembers what a revision was. */
const named = (revision = "main"): Repository => ({ type: "model", name: `org/model-${count++}`, revision })

const bring = (repository: Repository) => snapshot(repository, modelFiles(true))

const folderOf = (cache: string, { name }: Repository) => join(cache, `models--${name.replace("/", "--")}`)

const blobsIn = (folder: string) => readdirSync(join(folder, "blobs")).sort()

/** A hub with one model. */
const setting = (change: Partial<Files> = {}) =>
  Effect.gen(function*() {
    const { cache, home, server } = yield* hub
    const repository = named()
    const all = Object.fromEntries(Object.entries({ ...files, ...change }).filter((entry): entry is [string, Buffer] => entry[1] !== undefined))
    const sha = commit(server, `models/${repository.name}`, all)
    return { cache, home, server, repository, sha, folder: folderOf(cache, repository), downloads: () => server.requests.filter((line) => line.includes("/resolve/")) }
  })

const digest = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex")

describe("a model by its name", () => {
  it.live("comes into the cache as Python's tools lay it out, and nothing comes that is not needed", () =>
    Effect.gen(function*() {
      const { folder, repository, sha } = yield* setting()
      const { events, result } = yield* listening(bring(repository))
      assert.deepStrictEqual(result, { folder: join(folder, "snapshots", sha), files: result.files })
      assert.deepStrictEqual(readdirSync(result.folder).sort(), wanted)
      assert.deepStrictEqual(blobsIn(folder), wanted.map((path) => etagOf(path, files[path]!)).sort())
      for (const path of wanted) {
        assert.strictEqual(readlinkSync(join(result.folder, path)), join("..", "..", "blobs", etagOf(path, files[path]!)))
        assert.isTrue(readFileSync(join(result.folder, path)).equals(files[path]!))
      }
      assert.strictEqual(readFileSync(join(folder, "refs", "main"), "utf8"), sha)
      const total = wanted.reduce((sum, path) => sum + files[path]!.length, 0)
      assert.deepStrictEqual(events[0], { _tag: "Fetched", name: repository.name, done: 0, total })
      assert.deepStrictEqual(events.at(-1), { _tag: "Fetched", name: repository.name, done: total, total })
    }).pipe(Effect.scoped))

  it.live("comes once, and is asked for no more", () =>
    Effect.gen(function*() {
      const { repository, server } = yield* setting()
      yield* bring(repository)
      const before = server.requests.length
      assert.deepStrictEqual((yield* listening(bring(repository))).events, [])
      assert.strictEqual(server.requests.length, before)
    }).pipe(Effect.scoped))

  it.live("is told of before it comes: how many files, how many bytes", () =>
    Effect.gen(function*() {
      const { downloads, repository, sha } = yield* setting()
      const { bring, bytes, files: number, name } = yield* supply(repository, modelFiles(true))
      assert.deepStrictEqual([number, bytes], [5, wanted.reduce((sum, path) => sum + files[path]!.length, 0)])
      assert.strictEqual(name, `${repository.name} (main, commit ${sha.slice(0, 12)})`)
      assert.deepStrictEqual(downloads(), [])
      yield* bring
      assert.deepInclude(yield* supply(repository, modelFiles(true)), { files: 0, bytes: 0 })
    }).pipe(Effect.scoped))

  it.live("comes without weights where random ones are wanted, and as one file where there is one", () =>
    Effect.gen(function*() {
      const { repository } = yield* setting({ "model.safetensors": weights })
      const without = yield* snapshot(repository, modelFiles(false))
      assert.deepStrictEqual([...without.files].sort(), ["config.json", "model.safetensors.index.json", "tokenizer.json"])
      const { files } = yield* bring(repository)
      assert.deepStrictEqual(files.filter((path) => path.endsWith("safetensors")), ["model.safetensors"])
    }).pipe(Effect.scoped))

  it.live("comes once where several files have one content", () =>
    Effect.gen(function*() {
      const { downloads, repository } = yield* setting({ "a.json": Buffer.from("{\"same\":1}"), "b.json": Buffer.from("{\"same\":1}"), "c.json": Buffer.from("") })
      const { folder } = yield* bring(repository)
      assert.deepStrictEqual(["a", "b", "c"].map((name) => readFileSync(join(folder, `${name}.json`), "utf8")), ["{\"same\":1}", "{\"same\":1}", ""])
      assert.strictEqual(downloads().filter((line) => /\/[ab]\.json$/.test(line)).length, 1)
    }).pipe(Effect.scoped))

  it.live("stays at the commit that it was pinned to, while main moves on; the commit itself is a revision too", () =>
    Effect.gen(function*() {
      const { folder, repository, server, sha } = yield* setting()
      assert.strictEqual(yield* pin(repository), sha)
      const later = commit(server, `models/${repository.name}`, { ...files, "config.json": Buffer.from("{\"b\":2}") })
      assert.notStrictEqual(later, sha)
      assert.include((yield* bring(repository)).folder, sha)
      yield* bring({ ...repository, revision: later })
      assert.strictEqual(readFileSync(join(folder, "snapshots", later, "config.json"), "utf8"), "{\"b\":2}")
      // what did not change is there once
      assert.strictEqual(blobsIn(folder).length, wanted.length + 1)
    }).pipe(Effect.scoped))

  it.live("needs no hub once it is there: offline, and where the hub is gone, which is said", () =>
    Effect.gen(function*() {
      const { cache, home, repository, server, sha } = yield* setting()
      yield* bring(repository)
      const asked = server.requests.length
      yield* environment({ HF_HOME: home, HF_ENDPOINT: yield* nowhere, HF_HUB_OFFLINE: "1" })
      assert.include((yield* bring(repository)).folder, sha)
      yield* environment({ HF_HOME: home, HF_ENDPOINT: yield* nowhere })
      const { events, result } = yield* listening(bring(repository))
      assert.include(result.folder, sha)
      assert.match(JSON.stringify(events), /127\.0\.0\.1:\d+ cannot be reached.*the cache's main is used, commit/)
      assert.strictEqual(server.requests.length, asked)
      assert.include(cache, home)
    }).pipe(Effect.scoped))

  it.live("is taken from a cache that another tool filled", () =>
    Effect.gen(function*() {
      const { home, repository, server, sha, folder } = yield* setting()
      for (const path of wanted) {
        const file = join(folder, "snapshots", sha, path)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, files[path]!)
      }
      mkdirSync(join(folder, "refs"))
      writeFileSync(join(folder, "refs", "main"), sha)
      yield* environment({ HF_HOME: home, HF_ENDPOINT: server.url, HF_HUB_OFFLINE: "true" })
      assert.include((yield* bring(repository)).folder, sha)
      assert.deepStrictEqual(server.requests, [])
    }).pipe(Effect.scoped))
})

describe("a hub that breaks", () => {
  it.live("is asked for the rest of a file, where the connection ends in the middle", () =>
    Effect.gen(function*() {
      const { folder, repository, server, sha } = yield* setting()
      let breaks = 0
      server.fault = (line) => line.includes(`/store/${etagOf(large, weights)}`) && breaks++ < 3 ? { cutAfter: 20_000 } : undefined
      const { events } = yield* listening(bring(repository))
      const parts = server.requests.filter((line) => line.includes(`/store/${etagOf(large, weights)}`)).map((line) => line.split(" ").slice(2).join(" "))
      assert.deepStrictEqual(parts, ["", "bytes 20000-99999", "bytes 40000-99999", "bytes 60000-99999"])
      assert.strictEqual(digest(join(folder, "snapshots", sha, large)), etagOf(large, weights))
      const done = events.map((event) => event._tag === "Fetched" ? event.done : 0)
      assert.deepStrictEqual(done, done.toSorted((a, b) => a - b))
    }).pipe(Effect.scoped))

  it.live("is asked by the next process for what the one before left out", () =>
    Effect.gen(function*() {
      const { folder, repository, server } = yield* setting()
      mkdirSync(join(folder, "blobs"), { recursive: true })
      const gone = join(folder, "blobs", `${etagOf(large, weights)}.1234abcd.incomplete`)
      writeFileSync(gone, weights.subarray(0, 70_000))
      yield* Effect.promise(async () => (await import("node:fs/promises")).utimes(gone, 1, 1))
      yield* bring(repository)
      assert.include(server.requests, `GET /store/${etagOf(large, weights)} bytes 70000-99999`)
      assert.isFalse(blobsIn(folder).some((name) => name.endsWith(".incomplete")))
    }).pipe(Effect.scoped))

  it.live("does not wait for a process that only has the number of one that is gone", () =>
    Effect.gen(function*() {
      const { folder, repository, server } = yield* setting()
      mkdirSync(join(folder, "blobs"), { recursive: true })
      const here = createHash("sha256").update(hostname()).digest("hex").slice(0, 8)
      const gone = join(folder, "blobs", `${etagOf(large, weights)}.${here}-1.incomplete`)
      writeFileSync(gone, weights.subarray(0, 70_000))
      yield* Effect.promise(async () => (await import("node:fs/promises")).utimes(gone, 1, 1))
      yield* bring(repository)
      assert.include(server.requests, `GET /store/${etagOf(large, weights)} bytes 70000-99999`)
    }).pipe(Effect.scoped))

  it.live("may send all of a file, whatever part was asked for", () =>
    Effect.gen(function*() {
      const { folder, repository, server, sha } = yield* setting()
      let first = true
      server.fault = (line) => {
        if (!line.includes(`/store/${etagOf(large, weights)}`)) return undefined
        const cut = first
        first = false
        return cut ? { cutAfter: 30_000 } : { whole: true }
      }
      yield* bring(repository)
      assert.strictEqual(digest(join(folder, "snapshots", sha, large)), etagOf(large, weights))
    }).pipe(Effect.scoped))

  it.live("is asked again where it is busy or broken, as it wants", () =>
    Effect.gen(function*() {
      const { repository, server } = yield* setting()
      const left = [429, 500, 503]
      server.fault = (line) => {
        if (!line.includes("/revision/")) return undefined
        const status = left.shift()
        return status === undefined ? undefined : { status, headers: { "retry-after": "0" } }
      }
      yield* bring(repository)
      assert.strictEqual(server.requests.filter((line) => line.includes("/revision/")).length, 4)
    }).pipe(Effect.scoped))

  it.live("is fetched from twice where a content is not what its hash says, and then refused; nothing of it is kept", () =>
    Effect.gen(function*() {
      const { folder, repository, server, sha } = yield* setting()
      server.fault = (line) => line.includes("/store/") || line.endsWith("tokenizer.json") ? { garbled: true } : undefined
      const { message } = yield* Effect.flip(bring(repository))
      assert.match(message, /(safetensors|tokenizer\.json) of the model "org\/model-\d+" came twice with another content/)
      assert.isFalse(blobsIn(folder).includes(etagOf(large, weights)))
      assert.isFalse(readdirSync(join(folder, "snapshots", sha)).includes(large))
      server.fault = () => undefined
      yield* bring(repository)
      assert.strictEqual(digest(join(folder, "snapshots", sha, large)), etagOf(large, weights))
    }).pipe(Effect.scoped))

  it.live("mends what was cut short in the cache", () =>
    Effect.gen(function*() {
      const { folder, repository, sha } = yield* setting()
      yield* bring(repository)
      truncateSync(join(folder, "blobs", etagOf(large, weights)), 10)
      yield* bring(repository)
      assert.strictEqual(digest(join(folder, "snapshots", sha, large)), etagOf(large, weights))
    }).pipe(Effect.scoped))

  it.live("leaves no half file under its name when the work is interrupted", () =>
    Effect.gen(function*() {
      const { folder, repository, server, sha } = yield* setting()
      const reached = Promise.withResolvers<void>()
      server.fault = (line) => {
        if (!line.includes("/store/")) return undefined
        reached.resolve()
        return { cutAfter: 10 }
      }
      const fiber = yield* Effect.forkChild(bring(repository))
      yield* Effect.promise(() => reached.promise)
      yield* Fiber.interrupt(fiber)
      assert.isFalse(readdirSync(join(folder, "blobs")).includes(etagOf(large, weights)))
      server.fault = () => undefined
      yield* bring(repository)
      assert.strictEqual(digest(join(folder, "snapshots", sha, large)), etagOf(large, weights))
    }).pipe(Effect.scoped))
})

describe("what cannot be had", () => {
  const says = (repository: Repository) => Effect.map(Effect.flip(bring(repository)), ({ exitCode, message }) => `${exitCode} ${message}`)

  it.live("a name that is none: said with what a folder would have to be called", () =>
    Effect.gen(function*() {
      const { server } = yield* setting()
      const said = yield* says({ type: "model", name: "nobody/nothing", revision: "main" })
      assert.match(said, new RegExp(`^3 ${server.url} has no model "nobody/nothing" that may be read \\(401\\).*no folder here is called so.*set HF_TOKEN`))
    }).pipe(Effect.scoped))

  it.live("a revision that is none", () =>
    Effect.gen(function*() {
      const { repository } = yield* setting()
      assert.match(yield* says({ ...repository, revision: "v9" }), /^3 the model "org\/model-\d+" has no revision "v9"/)
    }).pipe(Effect.scoped))

  it.live("a gated model, without a token; with one, which only the hub is shown", () =>
    Effect.gen(function*() {
      const { home, repository, server } = yield* setting()
      server.repositories.get(`models/${repository.name}`)!.gated = true
      assert.match(yield* says(repository), /^3 .*refuses (config|tokenizer|model).* of the model "org\/model-\d+" \(403: Access to this repository is restricted\)\. Ask for access at .*HF_TOKEN/)
      writeFileSync(join(home, "token"), "hf_good\n")
      yield* bring(repository)
      assert.isAbove(server.shownToStore.length, 0)
      assert.deepStrictEqual(server.shownToStore.filter((shown) => shown !== undefined), [])
    }).pipe(Effect.scoped))

  it.live("a private model with a token of somebody else, which the variable gives", () =>
    Effect.gen(function*() {
      const { home, repository, server } = yield* setting()
      server.repositories.get(`models/${repository.name}`)!.private = true
      yield* environment({ HF_HOME: home, HF_ENDPOINT: server.url, HF_TOKEN: "hf_other" })
      assert.match(yield* says(repository), /the token in use may not read it/)
      yield* environment({ HF_HOME: home, HF_ENDPOINT: server.url, HF_TOKEN: "hf_good" })
      yield* bring(repository)
    }).pipe(Effect.scoped))

  it.live("anything without a network, and offline what is not in the cache", () =>
    Effect.gen(function*() {
      const { home, repository } = yield* setting()
      yield* environment({ HF_HOME: home, HF_ENDPOINT: yield* nowhere })
      assert.match(yield* says(repository), /^1 http:\/\/127\.0\.0\.1:\d+ cannot be reached for the model .*ECONNREFUSED.*HF_HUB_OFFLINE=1/)
      yield* environment({ HF_HOME: home, HF_HUB_OFFLINE: "1" })
      assert.match(yield* says(repository), /^3 HF_HUB_OFFLINE is set, and the cache in .* lacks the commit of the model/)
    }).pipe(Effect.scoped))

  it.live("a hub that stays broken", () =>
    Effect.gen(function*() {
      const { repository, server } = yield* setting()
      server.fault = () => ({ status: 503, headers: { "retry-after": "0" } })
      assert.match(yield* says(repository), /^1 .* answered 503 for the model .*as the test wants.*Run again later/)
    }).pipe(Effect.scoped))

  it.live("a repository without what a model is made of", () =>
    Effect.gen(function*() {
      const { repository, sha } = yield* setting({ [large]: undefined, "model-00002-of-00002.safetensors": undefined } as never)
      assert.match(yield* says(repository), new RegExp(`^3 the model .* holds no model.safetensors at main \\(${sha}\\)`))
    }).pipe(Effect.scoped))

  it.live("a model's file whose path leads out of the cache", () =>
    Effect.gen(function*() {
      const { repository, sha } = yield* setting({ "config.json": undefined, "../config.json": Buffer.from("{}") } as never)
      assert.match(yield* says(repository), new RegExp(`^3 the model .* holds no config.json at main \\(${sha}\\)`))
    }).pipe(Effect.scoped))

  it.live("a cache that may not be written to, or that is no folder", () =>
    Effect.gen(function*() {
      const { home, repository, server } = yield* setting()
      writeFileSync(join(home, "file"), "")
      yield* environment({ HF_HOME: join(home, "file"), HF_ENDPOINT: server.url })
      assert.match(yield* says(repository), /^1 What comes of the model .* cannot be kept in .*file\/hub .*ENOTDIR/)
      assert.isTrue(lstatSync(join(home, "file")).isFile())
    }).pipe(Effect.scoped))
})
