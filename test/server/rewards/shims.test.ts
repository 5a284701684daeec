/** The Python files in shims/, called as trainers call them. Real trainers: test/engines. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile, spawnSync } from "node:child_process"
import { join } from "node:path"
import { serve } from "../../../src/server/http/serve.ts"
import { rewardHandler } from "../../../src/server/rewards/handler.ts"
import { offer } from "../../../src/server/rewards/offer.ts"

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0)

const json = "[{\"bbox_2d\": [0, 0, 10, 10], \"label\": \"a\"}]"
const right = { completion: `<think>é</think><answer>\`\`\`json\n${json}\n\`\`\`</answer>`, solution: json }

/** What the shims come to in an environment. */
const called = (row: typeof right, env: Record<string, string>) =>
  Effect.promise(() =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const args = [join(import.meta.dirname, "call_shims.py"), join(import.meta.dirname, "../../../shims"), JSON.stringify(row)]
      execFile(python!, args, { env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...env } }, (error, out) => error ? reject(error) : resolve(JSON.parse(out)))
    })
  )

const serving = Effect.flatMap(rewardHandler(offer(new Map(), ["weightedSum"])), (handler) => serve({ handler, token: "secret" }))

describe.skipIf(python === undefined)("the shims", () => {
  it.live("give marks in the form that each trainer wants", () =>
    Effect.gen(function*() {
      const { url } = yield* serving
      const found = yield* called(right, { ASSAY_REWARD_URL: `${url}/`, ASSAY_REWARD_TOKEN: "secret", ASSAY_REWARDS: "format" })
      assert.deepStrictEqual(found, {
        trl: { name: "weightedSum+format", totals: [2, 2], metrics: { "assay/weightedSum": 1, "assay/format": 1 } },
        swift: [1, 1],
        verl: { score: 2, weightedSum: 1, format: 1 },
        easyr1: ["batch", [{ overall: 1.5, cosine: 0.5, format: 1 }, { overall: 1.5, cosine: 0.5, format: 1 }]]
      })
    }).pipe(Effect.scoped))

  it.live("raise where a row cannot be judged, the token is wrong, a reward is unknown, or nobody is there", () =>
    Effect.gen(function*() {
      const { url } = yield* serving
      const env = { ASSAY_REWARD_URL: url, ASSAY_REWARD_TOKEN: "secret" }
      const all = (found: Record<string, unknown>, expected: RegExp) => {
        assert.strictEqual(Object.keys(found).length, 4)
        for (const [shim, said] of Object.entries(found)) assert.match(String(said), expected, shim)
      }
      all(yield* called({ ...right, solution: "a dog" }, env), /^RuntimeError: row 0 could not be judged by (weightedSum|cosine): no boxes can be read/)
      all(yield* called(right, { ...env, ASSAY_REWARD_TOKEN: "guess" }), /^RuntimeError: .* refused to judge: .*wants its token/)
      all(yield* called(right, { ...env, ASSAY_REWARD_VARIANT: "best" }), /^RuntimeError: .* refused to judge: .*variant is fixed or faithful/)
      all(yield* called(right, { ASSAY_REWARD_URL: "http://127.0.0.1:1" }), /^RuntimeError: .* cannot be reached \(.*assay serve rewards/)
    }).pipe(Effect.scoped))
})
