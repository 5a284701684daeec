/** A study of a model by its name, by the command: said, fetched, recorded, and again without a network. */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Policy } from "assay"
import * as Effect from "effect/Effect"
import * as CodeHash from "../../src/pipeline/plan/CodeHash.ts"
import { assay, start, temporary } from "../cli/support.ts"
import { commit, etagOf, filesIn } from "./server.ts"
import { environment, hub } from "./support.ts"

const study = fileURLToPath(new URL("studies/named.ts", import.meta.url))
const fetcher = fileURLToPath(new URL("children/fetcher.ts", import.meta.url))
const tiny = filesIn(fileURLToPath(new URL("../../assets/tiny-vl", import.meta.url)))

const folder = Effect.map(Effect.acquireRelease(Effect.sync(temporary), ({ remove }) => Effect.sync(remove)), ({ folder }) => folder)

const run = (at: string, ...args: ReadonlyArray<string>) => Effect.promise(() => assay(at, ...args))

describe("a study of a model by its name", () => {
  it.live("says what it would fetch, fetches it, records the commit, and runs on what is there", () =>
    Effect.gen(function*() {
      const { cache, home, server } = yield* hub
      const at = yield* folder
      const sha = commit(server, "models/org/tiny-vl", tiny)
      const files = `org/tiny-vl (main, commit ${sha.slice(0, 12)}), ${Object.keys(tiny).filter((path) => !path.endsWith(".md")).length} files, `

      const checked = yield* run(at, "check", study)
      assert.include(checked.err, `To be fetched first: ${files}4.5 MB.`)
      const { fetches } = JSON.parse((yield* run(at, "plan", study, "--json")).out)
      assert.deepInclude(fetches[0], { name: `org/tiny-vl (main, commit ${sha.slice(0, 12)})` })
      assert.isFalse(server.requests.some((line) => line.includes("/resolve/")))

      const first = yield* run(at, "run", study)
      assert.strictEqual(first.code, 0, first.err)
      assert.match(first.err, /Fetching org\/tiny-vl: .* of 4\.\d MB\n(.*\n)*Fetched org\/tiny-vl: 4\.\d MB in \d+ s\./)
      assert.isTrue(existsSync(join(cache, "models--org--tiny-vl", "snapshots", sha, "model.safetensors")))
      const shown = yield* run(at, "show", "1")
      assert.include(shown.out, `hf://org/tiny-vl@${sha}`)

      const asked = server.requests.length
      yield* environment({ HF_HOME: home, HF_HUB_OFFLINE: "1" })
      const offline = yield* run(at, "run", study)
      assert.match(offline.err, /all 1 runs are finished already/)
      assert.strictEqual(server.requests.length, asked)

      // main moves on: the study is about another model now, and the rest of the cache serves it
      yield* environment({ HF_HOME: home, HF_ENDPOINT: server.url })
      const later = commit(server, "models/org/tiny-vl", { ...tiny, "generation_config.json": Buffer.from("{\"temperature\": 1}") })
      const moved = yield* run(at, "plan", study)
      assert.match(moved.out, /^run +detection/m)
      assert.include(moved.out, `commit ${later.slice(0, 12)}), 1 file, 18 B.`)
    }).pipe(Effect.scoped), { tags: ["long"] })

  it.live("is told what it lacks before anything runs", () =>
    Effect.gen(function*() {
      const { server } = yield* hub
      const at = yield* folder
      commit(server, "models/org/tiny-vl", tiny)
      server.repositories.get("models/org/tiny-vl")!.gated = true
      const { code, err } = yield* run(at, "run", study)
      assert.strictEqual(code, 3, err)
      assert.match(err, /assay: .* refuses .* of the model "org\/tiny-vl" \(403.*HF_TOKEN/)
    }).pipe(Effect.scoped))
})

describe("a folder", () => {
  it.live("has no revisions", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(Policy.local("assets/tiny-vl", { revision: "v1" }).content!)
      assert.match(message, /assets\/tiny-vl, key revision: is a folder here, so it has no revisions/)
    }))
})

describe("the code that fetches", () => {
  it.live("is no part of a fingerprint: what it brings is pinned, and checked by its hash", () =>
    Effect.gen(function*() {
      const { packages } = yield* CodeHash.make()(Policy.tiny().code)
      assert.isTrue(packages.some((name) => name.startsWith("onnxruntime-node@")), packages.join())
      assert.isFalse(packages.some((name) => name.startsWith("@huggingface/hub@")), packages.join())
    }))
})

describe("several processes", () => {
  it.live("bring one model together, and go on where one of them was killed", () =>
    Effect.gen(function*() {
      const { cache, server } = yield* hub
      const sha = commit(server, "models/org/tiny-vl", tiny)
      const weights = etagOf("model.safetensors", tiny["model.safetensors"]!)
      const child = () => start(process.cwd(), [], undefined, fetcher)

      server.fault = (line) => line.includes(weights) ? { stallAfter: 1_000_000 } : undefined
      const killed = child()
      yield* Effect.promise(async () => {
        while (!existsSync(join(cache, "models--org--tiny-vl", "blobs")) || !readdirSync(join(cache, "models--org--tiny-vl", "blobs")).some((name) => name.startsWith(weights))) {
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        await new Promise((resolve) => setTimeout(resolve, 500))
      })
      killed.process.kill("SIGKILL")
      yield* Effect.promise(() => killed.ended)
      server.fault = () => undefined

      const ended = yield* Effect.promise(() => Promise.all([child(), child(), child()].map(({ ended }) => ended)))
      for (const { code, err } of ended) assert.strictEqual(code, 0, err)
      const blobs = join(cache, "models--org--tiny-vl", "blobs")
      assert.deepStrictEqual(readdirSync(blobs).filter((name) => !/^[0-9a-f]+$/.test(name)), [])
      assert.strictEqual(createHash("sha256").update(readFileSync(join(blobs, weights))).digest("hex"), weights)
      assert.isTrue(server.requests.some((line) => line.includes(`/store/${weights} bytes 1`)), server.requests.join("\n"))
      assert.isTrue(existsSync(join(cache, "models--org--tiny-vl", "snapshots", sha, "model.safetensors")))
    }).pipe(Effect.scoped))
})
