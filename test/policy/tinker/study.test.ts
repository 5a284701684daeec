/** A study of the findings on a Tinker server, unchanged: as a user runs both, and with either of them killed. */
import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { start as command, until } from "../../cli/support.ts"
import { findings, rows, startOn } from "../../integration/support.ts"

const root = mkdtempSync(join(tmpdir(), "assay-tinker-study-"))
const study = resolve("pipelines/reward-comparison.ts")

const port = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })

/** `assay serve tinker`, once it listens. It always has the same checkpoints. */
const serve = async (at: number) => {
  const server = command(root, ["serve", "tinker", "assay:tiny-vl", "--port", String(at), "--checkpoints", join(root, "checkpoints")])
  await until(() => /http:\/\/\S+/.test(server.said()) || server.process.exitCode !== null)
  assert.match(server.said(), /http:\/\/\S+/)
  return server
}

let at: number
let server: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  at = await port()
  server = await serve(at)
})
afterAll(async () => {
  server.process.kill("SIGKILL")
  await server.ended
  rmSync(root, { recursive: true, force: true })
})

const settings = {
  "loop.steps": 5,
  "loop.checkpointEvery": 2,
  "loop.batch": 1,
  "sample.groupSize": 4,
  "sample.maxTokens": 48,
  "grpo.warmup": 0,
  "detection.shapes.count": 8,
  "detection.maxTokens": 48,
  "policy.lora.rank": 4,
  "policy.patienceSeconds": 2
}

const smallest = ["--only", "reward=AP", "--seeds", "1", "--jobs", "1"]
  .concat(Object.entries(settings).flatMap(([path, value]) => ["--set", `${path}=${value}`]))

const folderOf = (name: string): string => {
  mkdirSync(join(root, name), { recursive: true })
  return join(root, name)
}

const run = (name: string) => startOn(study, { ASSAY_TINKER: `http://127.0.0.1:${at}` }, folderOf(name), ...smallest)

const finish = async (name: string) => {
  const { code, said } = await run(name).ended
  assert.strictEqual(code, 0, said)
}

/** Steps of the loop that are committed. */
const progress = (name: string): number => {
  const [last] = rows(folderOf(name), "SELECT max(step) AS step FROM metric JOIN stage s ON s.id = stage WHERE s.kind = 'loop'")
  return Number(last?.step ?? -1) + 1
}

/** What was said, and what was measured but for the last digits, which depend on what the server computes side by side. */
const found = (name: string) => {
  const { metrics, samples } = findings(folderOf(name), [0])
  return {
    samples: samples.map(({ completion, example, ordinal, step }) => [step, ordinal, example, completion]),
    metrics: metrics.map(({ name, step, value }) => [name, step, typeof value === "number" ? Number(value.toPrecision(3)) : value])
      .filter(([name]) => name !== "samplerGap")
  }
}

describe("pipelines/reward-comparison.ts on a Tinker server", () => {
  it("runs as it stands, learns, and evaluates", { tags: ["long"], timeout: 240_000 }, async () => {
    await finish("undisturbed")
    const { metrics, samples } = found("undisturbed")
    assert.strictEqual(samples.length, 5 * 4 + 8)
    const norms = metrics.filter(([name]) => name === "gradientNorm").map(([, , value]) => Number(value))
    assert.lengthOf(norms, 5)
    assert.isAbove(Math.max(...norms), 0)
    assert.isTrue(metrics.some(([name]) => name === "mAP"))
    const [{ artifact }] = rows(folderOf("undisturbed"), "SELECT subject AS artifact FROM stage WHERE subject IS NOT NULL") as [{ artifact: string }]
    assert.isString(artifact)
  })

  it("comes to the same when the client is killed, then the server, and both go on", { tags: ["long"], timeout: 240_000 }, async () => {
    const killed = run("killed")
    await until(() => progress("killed") >= 3)
    killed.kill()
    await killed.ended
    const lost = run("killed")
    await until(() => progress("killed") >= 4)
    server.process.kill("SIGKILL")
    await server.ended
    const { code, said } = await lost.ended
    assert.notStrictEqual(code, 0)
    assert.match(said, /cannot be reached|What was not saved there is gone/)
    server = await serve(at)
    await finish("killed")
    assert.deepStrictEqual(found("killed"), found("undisturbed"))
  })
})
