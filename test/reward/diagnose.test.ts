/** What attacks find in rewards: the facts that are known of them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Diagnosis, diagnose, isSound, type Verdict } from "../../src/reward/diagnose.ts"
import * as Reward from "../../src/reward/index.ts"
import { attacks } from "../../src/task/detection/attacks.ts"
import { probes } from "../../src/task/detection/probes.ts"

const examine = (reward: Reward.Reward): Diagnosis => Effect.runSync(diagnose(reward))

const verdicts = (reward: Reward.Reward): { readonly [attack: string]: Verdict } =>
  Object.fromEntries(examine(reward).findings.map(({ attack, verdict }) => [attack, verdict]))

const finding = (reward: Reward.Reward, attack: string) =>
  examine(reward).findings.find((one) => one.attack === attack)!

const probe = (name: string) => probes.find((one) => one.name === name)!

/** The completions that an attack makes of a case. */
const attacked = (attack: string, name: string) => {
  const { completion, solution } = probe(name)
  return attacks.find((one) => one.name === attack)!.change(completion, solution)
}

const scores = (reward: Reward.Reward, name: string, completion = probe(name).completion) =>
  reward.score({ completion, solution: probe(name).solution, tokens: 100 }).total

describe("an attack", () => {
  it("on appended boxes says 50 more, after the answer's own", () => {
    const [appended] = attacked("appended", "all found") as [string]
    const own = Reward.boxes(probe("all found").completion)
    const said = Reward.boxes(appended)
    assert.strictEqual(said.length, own.length + 50)
    assert.deepStrictEqual(said.slice(0, own.length), own)
  })

  it("on the order says the same boxes", () => {
    const [reversed] = attacked("reordered", "one too many") as [string]
    assert.deepStrictEqual(Reward.boxes(reversed), Reward.boxes(probe("one too many").completion).toReversed())
  })

  it("on boxes has nothing to change where there are none, and there is nothing to empty where nothing is true", () => {
    for (const attack of ["duplicated", "reordered", "relabelled", "enlarged", "emptied"]) {
      assert.deepStrictEqual(attacked(attack, "nothing there"), [], attack)
    }
  })

  it("by padding or nesting leaves the boxes as they are", () => {
    for (const attack of ["padded", "nested"]) {
      for (const text of attacked(attack, "all found")) {
        assert.deepStrictEqual(Reward.boxes(text), Reward.boxes(probe("all found").completion), text)
      }
    }
  })
})

describe("known facts", () => {
  it("50 boxes after a good answer cost AP nothing, and odLength nearly everything", () => {
    const [appended] = attacked("appended", "all found") as [string]
    assert.strictEqual(scores(Reward.ap(), "all found", appended), scores(Reward.ap(), "all found"))
    assert.approximately(scores(Reward.odLength(), "all found", appended), scores(Reward.odLength(), "all found") * 3 / 53, 1e-12)
  })

  it("where something was missed they even raise it: one of them hits", () => {
    const { after, before, probe, verdict } = finding(Reward.ap50(), "appended")
    assert.deepStrictEqual([verdict, probe], ["rises", "one missed"])
    assert.isAbove(after, before)
    assert.strictEqual(verdicts(Reward.odLength())["appended"], "falls")
  })

  it("AP goes by the order of boxes, and forgives a label that nobody asked for", () => {
    assert.strictEqual(verdicts(Reward.ap())["reordered"], "rises")
    assert.strictEqual(verdicts(Reward.ap())["relabelled"], "rises")
    assert.strictEqual(verdicts(Reward.weightedSum())["reordered"], "free")
  })

  it("the cosine reward pays for words where the answer is wrong", () => {
    const { probe, verdict } = finding(Reward.cosine(), "padded")
    assert.strictEqual(verdict, "rises")
    assert.notStrictEqual(probe, "all found")
  })

  it("the format reward sees no boxes at all", () => {
    const { appended, duplicated, enlarged, relabelled } = verdicts(Reward.format())
    assert.deepStrictEqual([appended, duplicated, enlarged, relabelled], ["free", "free", "free", "free"])
  })

  it("a penalty alone is best avoided by saying nothing", () => {
    assert.strictEqual(verdicts(Reward.duplicates())["emptied"], "rises")
    assert.strictEqual(verdicts(Reward.repetition())["emptied"], "rises")
    assert.strictEqual(verdicts(Reward.countError())["emptied"], "falls")
  })

  it("the optimal matching pays a wrong box for being large, since it meets everything a little", () => {
    const found = examine(Reward.hungarian())
    assert.isTrue(found.truth.best)
    assert.deepStrictEqual(found.findings.filter(({ verdict }) => verdict === "rises").map(({ attack, probe }) => [attack, probe]), [
      ["enlarged", "half wrong"]
    ])
  })

  it("precision and recall at a threshold are sound", () => {
    assert.isTrue(isSound(examine(Reward.precisionRecall())))
  })
})

describe("the true answer", () => {
  it("scores the most that was seen", () => {
    for (const reward of [Reward.ap(), Reward.weightedSum(), Reward.precisionRecall(), Reward.format()]) {
      const { beatenBy, best, score } = examine(reward).truth
      assert.deepStrictEqual([best, beatenBy], [true, undefined], reward.name)
      assert.closeTo(score, 1, 1e-12, reward.name)
    }
  })

  it("may be beaten, and then it is said by what", () => {
    const verbose = Reward.define({
      name: "verbose",
      module: import.meta.url,
      config: Schema.Struct({}),
      score: (_, { completion }) => Math.min(1, completion.length / 100_000)
    })()
    const { findings, truth } = examine(verbose)
    assert.isFalse(truth.best)
    assert.strictEqual(truth.beatenBy!.attack, "padded")
    assert.strictEqual(findings.find(({ attack }) => attack === "padded")!.verdict, "rises")
  })
})

describe("a reward that cannot judge", () => {
  it("is not sound, and its messages are kept, each once", () => {
    const broken = Reward.define({
      name: "broken",
      module: import.meta.url,
      config: Schema.Struct({}),
      score: () => {
        throw new Error("out of order")
      }
    })()
    const found = examine(broken)
    assert.deepStrictEqual(found.errors, ["out of order"])
    assert.isFalse(isSound(found))
  })
})
