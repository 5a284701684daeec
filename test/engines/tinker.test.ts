/** `assay serve tinker` with the official client for Python, of three versions, which speak three dialects of the protocol. */
import { execFile } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { serving, temporary } from "../cli/support.ts"
import { picture } from "../server/tinker/support.ts"
import { folder as environments, has } from "./servers.ts"

const { folder, remove } = temporary()
const scene = join(folder, "scene.png")
let server: Awaited<ReturnType<typeof serving>>
beforeAll(async () => {
  writeFileSync(scene, await picture(0))
  server = await serving(folder, "tinker", "assay:tiny-vl")
})
afterAll(async () => {
  server.process.kill("SIGTERM")
  assert.deepInclude(await server.ended, { code: 0 })
  remove()
})

const quiet = { HF_HUB_OFFLINE: "1", TINKER_TELEMETRY: "0", NO_COLOR: "1" }

const run = async (environment: string, args: ReadonlyArray<string>, env: Record<string, string> = {}): Promise<string> => {
  const running = promisify(execFile)(join(environments, environment, "bin", "python"), [...args], { cwd: folder, env: { ...process.env, ...quiet, ...env } })
  const { stdout } = await running.catch(({ code, message, signal, stdout }: { code: number | null; message: string; signal: string | null; stdout: string }) => {
    // threads of the package abort the interpreter now and then while it ends, when all has been said
    if (signal === "SIGABRT") return { stdout }
    return assert.fail(`${message} ended with ${code ?? signal}, having said: ${stdout}`)
  })
  return stdout
}

type Result = readonly [logprobs: ReadonlyArray<number>, loss: number]

interface Said {
  readonly version: string
  readonly forward: Result
  readonly losses: ReadonlyArray<Result | { readonly grad_norm: number }>
  readonly apart: Result
  readonly samples: ReadonlyArray<unknown>
  readonly resumed: readonly [Result, Result]
  readonly stepped: readonly [unknown, unknown]
  readonly after: readonly [Result, Result]
  readonly [name: string]: unknown
}

const driven = async (environment: string): Promise<Said> =>
  JSON.parse((await run(environment, [join(import.meta.dirname, "drive_tinker.py"), server.url, scene])).trim().split("\n").at(-1)!)

/** What differs from run to run: names of requests and models. */
const lasting = ({ version: _, again: __, refused: ___, "bad name": ____, "unknown base": _____, ...rest }: Said) => rest

/** The same up to rounding: graphs that learn add up in another order. */
const close = ([logprobs, loss]: Result, [expected, expectedLoss]: Result) => {
  logprobs.forEach((value, i) => assert.approximately(value, expected[i]!, 1e-4))
  assert.approximately(loss, expectedLoss, 1e-3)
}

describe("the tinker package", () => {
  let newest: Said | undefined

  describe.each([["tinker", "0.38.0"], ["tinker25", "0.25.0"], ["tinker24", "0.24.1"]])("%s, %s", (environment, version) => {
    it.skipIf(!has(environment))("trains with pictures, samples, saves, loads, and is told what is not done", async () => {
      const said = await driven(environment)
      assert.strictEqual(said.version, version)
      const supervised = said.losses.filter((_, i) => i % 4 === 0) as ReadonlyArray<Result>
      close(supervised[0]!, said.forward)
      assert.isBelow(supervised[2]![1], supervised[0]![1], "it learns")
      close(said.apart, said.forward) // what one model learns, another does not
      assert.deepStrictEqual(said.samples[1], said.samples[0], "a name of the weights changes nothing, and the seed gives the same again")
      for (const [training, resumed] of [said.resumed, said.stepped, said.after]) assert.deepStrictEqual(resumed, training)
      assert.match(String(said["refused"]), /there is no loss "dro" here/)
      assert.match(String(said["again"]), /there is a checkpoint tinker:\/\/\S+ already/)
      assert.match(String(said["bad name"]), /is no name for a checkpoint/)
      assert.match(String(said["unknown base"]), /there is no model "other" here, only "assay:tiny-vl"/)
      newest ??= said
      assert.deepStrictEqual(lasting(said), lasting(newest), "all versions are told the same")
    })
  })

  it.skipIf(!has("tinker") || !has("trl"))("trains by a loss of the client's own, with the torch of another environment", async () => {
    const packages = (await run("tinker", ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])).trim()
    const stdout = await run("trl", [join(import.meta.dirname, "custom_tinker.py"), server.url], { PYTHONPATH: packages, CUDA_VISIBLE_DEVICES: "" })
    const losses = stdout.trim().split("\n").map(Number)
    assert.deepStrictEqual(losses, losses.toSorted((a, b) => b - a))
    assert.isBelow(losses[3]!, losses[0]! / 2)
  })

  it.skipIf(!has("tinker"))("learns by the loop of docs/how-to/tinker.md", { tags: ["long"] }, async () => {
    const [, code] = /```python\n([^]*?)```/.exec(readFileSync("docs/how-to/tinker.md", "utf8")) ?? []
    writeFileSync(join(folder, "grpo.py"), code!)
    const stdout = await run("tinker", ["grpo.py", server.url, join(process.cwd(), "assets/tiny-vl"), scene])
    const rewards = stdout.trim().split("\n").map((line) => Number(line.split(" ")[1]))
    assert.lengthOf(rewards, 15)
    assert.isBelow(rewards[0]!, 0.5)
    assert.isAbove(rewards.slice(10).reduce((a, b) => a + b) / 5, 0.8)
  })
})
