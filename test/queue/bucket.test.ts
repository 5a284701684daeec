/** An S3-compatible bucket as what machines share, at a real server, over a line that is cut now and then. */
import * as fs from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { Claims } from "../../src/pipeline/run/Claims.ts"
import { bucket } from "../../src/queue/bucket.ts"
import * as Shared from "../../src/queue/Shared.ts"
import * as Store from "../../src/store/index.ts"
import { setEnvironment } from "../environment.ts"
import { beginRun, filesIn, opened, put, stageOf, stepOf } from "../store/support.ts"
import { checkSame, machines, succeeded } from "./support/machines.ts"
import { program, s3 } from "./support/s3.ts"

let server: Awaited<ReturnType<typeof s3>>
const all = machines({ shared: "s3://lab/cells", more: () => server.env })

/** Does something as a process does that has the variables. */
const withEnv = async <A>(env: { readonly [name: string]: string }, work: () => Promise<A>): Promise<A> => {
  const restore = setEnvironment(env)
  try {
    return await work()
  } finally {
    restore()
  }
}

const at = <A, E>(address: string, work: (between: Store.Between.Between) => Effect.Effect<A, E>, env = server.env) =>
  withEnv(env, () => Effect.runPromise(Effect.flatMap(bucket(address), work)))

const failing = async (work: Promise<unknown>): Promise<string> => work.then(() => assert.fail("it worked"), (error: Error) => error.message)

describe("the address of a bucket", () => {
  it("is refused without a name or a key, in words", async () => {
    const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_ENDPOINT_URL: "http://127.0.0.1:1" }
    const refused = (address: string, env: { readonly [name: string]: string }) =>
      failing(withEnv(env, () => Effect.runPromise(Shared.make(address))))
    assert.include(await refused("s3://", keys), "names no bucket. Write it as s3://BUCKET/PREFIX.")
    assert.include(await refused("s3://lab", { ...keys, AWS_SECRET_ACCESS_KEY: "" }), "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    assert.include(await refused("s3://lab", { ...keys, AWS_ENDPOINT_URL: "nowhere" }), "AWS_ENDPOINT_URL is no URL: nowhere.")
  })
})

describe.skipIf(program === undefined)("a bucket (skipped where moto's server is not installed)", () => {
  beforeAll(async () => {
    server = await s3()
  })
  afterAll(() => {
    server?.remove()
    all.remove()
  })

  it("has what was put there, also over a line that is cut, and nothing else", async () => {
    const [one, two] = [join(all.root, "one"), join(all.root, "two")]
    fs.writeFileSync(one, Buffer.alloc(3_000_000, "assay"))
    server.faults(2)
    await at("s3://lab/a b/", (between) =>
      Effect.gen(function*() {
        assert.isUndefined(yield* between.bytes("objects/x"))
        assert.isFalse(yield* between.get("objects/x", two))
        yield* between.put("objects/x", one)
        assert.strictEqual(yield* between.bytes("objects/x"), 3_000_000)
        assert.isTrue(yield* between.get("objects/x", two))
        assert.isUndefined(yield* between.text("id"))
        assert.strictEqual(yield* between.first("id", "mine"), "mine")
        assert.strictEqual(yield* between.first("id", "yours"), "mine")
      }))
    server.faults(Infinity)
    assert.isTrue(fs.readFileSync(one).equals(fs.readFileSync(two)))
    assert.sameMembers([...(await server.keys())], ["a b/objects/x", "a b/id"])
  })

  it("takes what is too large for a request in parts, also over a line that is cut", async () => {
    const [one, two] = [join(all.root, "large"), join(all.root, "large-again")]
    fs.writeFileSync(one, Buffer.from(Array.from({ length: 11_000_001 }, (_, i) => i % 251)))
    const atOnce = 5 << 20 // S3 takes no smaller part but the last
    server.faults(3)
    await withEnv(server.env, () => Effect.runPromise(Effect.gen(function*() {
      const between = yield* bucket("s3://lab/parts", atOnce)
      yield* between.put("objects/large", one)
      assert.strictEqual(yield* between.bytes("objects/large"), 11_000_001)
      assert.isTrue(yield* between.get("objects/large", two))
      yield* between.remove("objects/large")
      assert.isUndefined(yield* between.bytes("objects/large"))
    })))
    server.faults(Infinity)
    assert.isTrue(fs.readFileSync(one).equals(fs.readFileSync(two)))
  })

  it("keeps no part of what is refused on its way, or stopped", async () => {
    const file = join(all.root, "refused")
    fs.writeFileSync(file, Buffer.alloc(3_000_000))
    const uploads = () => server.direct("?uploads", { method: "GET" })
    const put = (atOnce: number) => Effect.flatMap(bucket("s3://lab/parts", atOnce), (between) => between.put("objects/refused", file))
    await withEnv(server.env, async () => {
      assert.include(await failing(Effect.runPromise(put(1 << 20))), "EntityTooSmall", "but the last part has five megabytes or more")
      const stopped = Effect.runFork(put(1000)) // three thousand of them
      while (!(await uploads()).includes("<Upload>")) await setTimeout(20)
      await Effect.runPromise(Fiber.interrupt(stopped))
    })
    assert.notInclude(await uploads(), "<Upload>")
    assert.notInclude(await server.keys(), "parts/objects/refused")
  })

  it("that is not there is said at once, with what to look at", async () => {
    assert.match(
      await failing(withEnv(server.env, () => Effect.runPromise(Shared.make("s3://nobodys")))),
      /cannot be put at s3:\/\/nobodys: .* it said 404 NoSuchBucket\. Check that bucket, AWS_ENDPOINT_URL, .*Name another place by --shared\./
    )
    await at("s3://lab/other", (between) => between.first("shared-by-assay", "another"))
    const message = await failing(withEnv(server.env, () => Effect.runPromise(Shared.open("s3://lab/other", "one"))))
    assert.include(message, "s3://lab/other of this machine is another than what the submitter shares.")
  })

  it("is held to its hashes: a stage whose file is gone there, or another, is not finished for who takes it", async () => {
    const files = ["from", "to"].map((name) => {
      fs.mkdirSync(join(all.root, name))
      return filesIn(join(all.root, name))
    })
    const text = "x".repeat(100_000)
    await at("s3://lab/held", (between) =>
      Effect.scoped(Effect.gen(function*() {
        const [from, to] = yield* Effect.forEach(files, (one) => Layer.build(Store.workingLayer(one)))
        const output = yield* Context.get(from!, Claims).claim("e", Effect.provideContext(Effect.gen(function*() {
          const journal = yield* opened
          yield* beginRun(journal, "e")
          const stage = yield* journal.openStage(stageOf("e"))
          const output = yield* put(journal, text)
          yield* journal.closeStage(stage, { output, records: stepOf(0, [["loss", 1]]) })
          yield* Context.get(from!, Store.Transfer).give({ stage }, "stages/e", between)
          return output
        }), from!))
        const key = `held/objects/${output.hash.slice(0, 2)}/${output.hash.slice(2)}`
        const taken = Effect.provideContext(Effect.gen(function*() {
          yield* Context.get(to!, Store.Transfer).take("stages/e", between)
          return yield* (yield* opened).findStage("e")
        }), to!)
        yield* Effect.promise(() => server.direct(key, { method: "PUT", body: "y".repeat(100_000) }))
        assert.isUndefined(yield* taken)
        assert.isUndefined(yield* between.bytes(`objects/${output.hash.slice(0, 2)}/${output.hash.slice(2)}`), "what is another counts as nothing")
        assert.isUndefined(yield* taken)
        yield* Effect.provideContext(Shared.giveStage({ between, stage: () => "stages/e" } as unknown as Shared.Shared, "e"), from!)
        assert.strictEqual((yield* taken)?.output.hash, output.hash)
      })))
  })

  it("carries a study over several machines that share no folder", { tags: ["long"], timeout: 240_000 }, async () => {
    const alone = all.make("alone")
    await succeeded(all.alone(alone))
    server.faults(10)
    const queue = `sqlite:${join(all.root, "queue.db")}`
    const folder = all.make("submitter")
    const submitter = all.submitter(folder, queue)
    const workers = [all.worker(queue), all.worker(queue)]
    await succeeded(submitter)
    checkSame(folder, alone)
    // a new database gets it all from the bucket, without a worker
    for (const worker of workers) worker.process.kill("SIGTERM")
    await Promise.all(workers.map(({ ended }) => ended))
    const other = all.make("other")
    await succeeded(all.submitter(other, queue))
    checkSame(other, alone)
    const kinds = new Set((await server.keys()).flatMap((key) => /^cells\/([^/]+)/.exec(key)?.[1] ?? []))
    assert.deepStrictEqual([...kinds].sort(), ["objects", "runs", "shared-by-assay", "stages"])
  })
})
