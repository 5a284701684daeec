/** What the page is told of curves. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { planStudy } from "../../browser/database.ts"
import { asked, serving } from "./support.ts"

const about = "experiment=reward-comparison&kind=metric&name=loop/reward&width=800&smoothing=0"

describe("curves", () => {
  it.live("can be chosen from all that was recorded over steps", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(`${url}/api/curves/choices?experiment=reward-comparison`)
      assert.deepStrictEqual(body.experiments[0].axes, ["reward"])
      const names = body.kinds.map(({ kind, lastStep, name }: Record<string, unknown>) => [kind, name, lastStep])
      assert.deepInclude(names, ["metric", "loop/reward", 19])
      assert.deepInclude(names, ["part", "loop/ap", 15])
      assert.notInclude(JSON.stringify(names), "mAP")
    }).pipe(Effect.scoped))

  it.live("come as bands over the seeds, in the colours of the figures", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body, status } = yield* asked(`${url}/api/curves?${about}&show=range&rise=0.1`)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual([body.span, body.steps.length], [1, 20])
      const [first] = body.groups
      assert.deepStrictEqual([body.groups.length, first.name, first.curves.length], [3, "AP50", 3])
      assert.deepStrictEqual([first.band.low[19], first.band.values[19], first.band.high[19]], [0.789, 0.827, 0.865])
      assert.isNull(first.band.raw)
      assert.match(first.look.light, /^#[0-9a-f]{6}$/)
      assert.isAbove(first.curves[0].rises, 0)
    }).pipe(Effect.scoped))

  it.live("come as lines of a part of the reward, of two experiments, by an axis, smoothed and cut", () =>
    Effect.gen(function*() {
      const { journal, url } = yield* serving()
      yield* planStudy(journal, "again")
      const query = "experiment=reward-comparison&experiment=again&kind=part&name=loop/ap&width=300&smoothing=0.5&show=lines&by=reward&from=5&to=10"
      const { body } = yield* asked(`${url}/api/curves?${query}`)
      assert.deepStrictEqual(body.steps, [5, 10])
      assert.deepStrictEqual(body.groups.map(({ lines, name }: { lines: unknown[]; name: string }) => [name, lines.length]), [
        ["AP50", 3],
        ["weighted sum", 3],
        ["weighted sum, cosine", 3]
      ])
      assert.isNull(body.groups[0].band)
      assert.lengthOf(body.groups[0].lines[0].raw, 2)
    }).pipe(Effect.scoped))

  it.live("are refused with the key that does not fit, and are not there of what is not there", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      for (const [key, query] of [["smoothing", "smoothing=1.5"], ["width", "width=0"], ["show", "show=violins"], ["from", "from=-1"]]) {
        const params = new URLSearchParams(`${about}&show=range`)
        const [name, value] = query!.split("=")
        params.set(name!, value!)
        const { body, status } = yield* asked(`${url}/api/curves?${params}`)
        assert.deepStrictEqual([status, body.error.param], [400, key])
      }
      const lost = yield* asked(`${url}/api/curves?${about.replace("comparison", "comparsion")}&show=range`)
      assert.strictEqual(lost.status, 404)
      assert.include(lost.body.error.message, "reward-comparison")
      const none = yield* asked(`${url}/api/curves?${about.replace("loop/reward", "loop/nothing")}&show=range`)
      assert.deepStrictEqual(none.body, { steps: [], span: 1, groups: [] })
    }).pipe(Effect.scoped))
})
