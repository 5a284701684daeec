/** What a report says of an experiment, from what was read of it. */
import { assert, describe, it } from "vitest"
import type { Account } from "../../../src/report/account/account.ts"
import { examplesOf, rowsOf } from "../../../src/report/account/choose.ts"
import { samplesSection } from "../../../src/report/html/samples.ts"
import { commandsOf, quote } from "../../../src/report/account/commands.ts"
import { drawnSize } from "../../../src/report/account/drawnSize.ts"
import { metricsOf, rewardsOf } from "../../../src/report/account/defined.ts"
import { tokensOf } from "../../../src/report/account/tokens.ts"
import { vary } from "../../../src/report/account/vary.ts"
import * as Table from "../../../src/report/table/Table.ts"
import { measured, source } from "../table/support.ts"

const account = (more: Partial<Account> = {}): Account => ({
  source: { ...source, file: "pipelines/reward-comparison.ts" },
  runs: [0, 1, 2].map((seed) => ({ id: seed, variant: "AP", seed, status: "done", error: null, startedAt: null, endedAt: null, environment: 1 })),
  rows: [],
  environments: [{ variant: "AP", environment: 1, facts: { "git.commit": "abc123" }, params: {}, stages: [] }],
  finals: [],
  curves: [],
  parts: [],
  tokens: [],
  ...more
})

describe("what varies", () => {
  it("are the settings in which rows differ or that one lacks; the others are shared", () => {
    const found = vary([
      { variant: "a", params: { "loop.steps": 30, "reward.k": 1, same: true } },
      { variant: "b", params: { "loop.steps": 30, same: true } },
      { variant: "c", params: { "loop.steps": 60, same: true } }
    ])
    assert.deepStrictEqual(found.varying, [{ path: "loop.steps", values: [30, 30, 60] }, { path: "reward.k", values: [1, undefined, undefined] }])
    assert.deepStrictEqual(found.shared, [{ path: "same", value: true }])
  })
})

describe("rows whose answers are shown", () => {
  it("are the reference, the best and the worst of the others", () => {
    const ablation = [measured("base model", "mAP", 40, 1), measured("AP", "mAP", 43, 3), measured("weighted_sum, cosine", "mAP", 45, 3)]
    assert.deepStrictEqual(rowsOf(Table.make({ ...source, ablation })), [
      { is: "first", variant: "base model" },
      { is: "best", variant: "weighted_sum, cosine" },
      { is: "worst", variant: "AP" }
    ])
  })

  it("are the best and the worst of a study without baseline and reference", () => {
    const variants = ["low", "high", "middle"].map((name) => ({ name, role: "variant" as const, cell: {} }))
    const ablation = [measured("low", "mAP", 40, 1), measured("high", "mAP", 45, 3), measured("middle", "mAP", 43, 3)]
    const table = Table.make({ ...source, variants, ablation, paired: [], gain: [] })
    assert.deepStrictEqual(rowsOf(table), [{ is: "best", variant: "high" }, { is: "worst", variant: "low" }])
  })

  it("are none of nothing", () => assert.deepStrictEqual(rowsOf(Table.make({ ...source, variants: [], ablation: [] })), []))
})

describe("examples that are shown", () => {
  const samples = (rewards: ReadonlyArray<number>, example = (i: number) => `e${i}`) =>
    rewards.map((value, ordinal) => ({ ordinal, example: example(ordinal), rewards: [{ value }] }))

  it("are spread evenly, then those that gained and lost most, none twice", () => {
    const before = samples(Array.from({ length: 40 }, () => 0.5))
    const after = samples(Array.from({ length: 40 }, (_, i) => i === 7 ? 0.9 : i === 8 ? 1 : i === 13 ? 0 : i === 20 ? 0.1 : 0.5))
    const found = examplesOf([{ is: "first", samples: before }, { is: "best", samples: after }])
    assert.deepStrictEqual(found.map(({ ordinal }) => ordinal), [0, 10, 20, 30, 8, 7, 13])
    assert.match(found[4]!.chosen, /gained most over the first$/)
    assert.match(found[6]!.chosen, /lost most/)
  })

  it("say of the best row beside the worst where there is no first, and of no row alone", () => {
    const best = samples(Array.from({ length: 40 }, (_, i) => i === 7 ? 0.9 : i === 13 ? 0.1 : 0.5))
    const worst = samples(Array.from({ length: 40 }, () => 0.5))
    const found = examplesOf([{ is: "best", samples: best }, { is: "worst", samples: worst }]).slice(4)
    assert.deepStrictEqual(found, [
      { ordinal: 7, chosen: "one of those in which the best row earned most over the worst" },
      { ordinal: 13, chosen: "one of those in which the best row earned least beside the worst" }
    ])
    const sections = [found, examplesOf([{ is: "best", samples: best }])].map((all) =>
      String(samplesSection(all.map(({ chosen }) => ({ example: "e", chosen, picture: undefined, answers: [] })), (text) => text)))
    const said = sections.map((section) => section.split("by the plain sum of all parts of the reward").length - 1)
    assert.deepStrictEqual(said, [1, 0], "once, above the examples")
    assert.lengthOf(examplesOf([{ is: "first", samples: best }, { is: "worst", samples: worst }]), 4)
    assert.lengthOf(examplesOf([{ is: "best", samples: best }]), 4)
  })

  it("are those that all rows answered", () => {
    const another = samples([1, 1, 1], (i) => i === 1 ? "another" : `e${i}`)
    const found = examplesOf([{ is: "first", samples: samples([1, 1, 1]) }, { is: "best", samples: another }])
    assert.deepStrictEqual(found.map(({ ordinal }) => ordinal), [0, 2])
    assert.deepStrictEqual(examplesOf([]), [])
  })
})

describe("commands to make it again", () => {
  it("check out the code and name the file and the seeds", () => {
    assert.deepStrictEqual(commandsOf(account(), "runs.db").again, [
      "git checkout abc123 && npm ci",
      "npx assay run pipelines/reward-comparison.ts --seeds 0..2"
    ])
  })

  it("have the scale and the overrides that its name has", () => {
    const name = "reward-comparison@full grpo.learningRate=0.00001 template.name=a b"
    const rows = [{ variant: "AP", environment: 1, facts: {}, params: { "loop.grpo.learningRate": 1e-5, "template.name": "a b" }, stages: [] }]
    const { again, verify } = commandsOf(account({ rows, source: { ...source, name, file: "a study.ts" } }), "runs.db")
    assert.strictEqual(again[1], "npx assay run 'a study.ts' --scale full --set grpo.learningRate=0.00001 --set 'template.name=a b' --seeds 0..2")
    assert.strictEqual(verify, `npx assay verify '${name}'`)
  })

  it("take nothing of a study's own name for a flag, and name a database of another name", () => {
    const rows = [{ variant: "AP", environment: 1, facts: {}, params: { "loop.steps": 30 }, stages: [] }]
    const { again, verify } = commandsOf(account({ rows, source: { ...source, name: "lab@home lr=3 loop.steps=30", file: "s.ts" } }), "long.db")
    assert.include(again[1], " --set loop.steps=30 --seeds 0..2 --db long.db")
    assert.notMatch(again[1]!, /--scale|lr=3/)
    assert.strictEqual(verify, "npx assay verify 'lab@home lr=3 loop.steps=30' --db long.db")
  })

  it("leave out what nobody knows: the commit of several, the study of a log", () => {
    const two = [1, 2].map((environment) => ({ variant: "AP", environment, facts: { "git.commit": `c${environment}` }, params: {}, stages: [] }))
    assert.lengthOf(commandsOf(account({ environments: two }), "runs.db").again, 1)
    assert.deepStrictEqual(commandsOf(account({ source: { ...source, file: "logs/trainer_state.json" } }), "runs.db").again, [])
  })

  it("give a shell each word as it is", () => {
    assert.strictEqual(quote("it's; rm -rf $HOME"), `'it'\\''s; rm -rf $HOME'`)
    assert.strictEqual(quote("loop.steps=30"), "loop.steps=30")
  })
})

describe("a picture of a report", () => {
  it("has the shape of its example, and a sane one whatever a database says", () => {
    assert.deepStrictEqual(drawnSize({ width: 640, height: 480 }), { width: 300, height: 225 })
    assert.deepStrictEqual([1e12, 0, NaN].map((height) => drawnSize({ width: 1, height }).height), [1200, 1, 300])
    assert.strictEqual(drawnSize({ width: 0, height: 0 }).height, 300)
  })
})

describe("tokens", () => {
  it("are summed up over seeds, by row and stage", () => {
    const row = { variant: "AP", stage: "loop", scope: "", n: 10, min: 2, max: 30, mean: 10, n3000: 1 }
    const [found, ...others] = tokensOf([{ ...row, seed: 0, execution: 1 }, { ...row, seed: 1, execution: 2, n: 30, min: 1, max: 40, mean: 20 }])
    assert.deepStrictEqual(found, { variant: "AP", stage: "loop", n: 40, min: 1, max: 40, mean: 17.5, long: 2 })
    assert.deepStrictEqual(others, [])
  })

  it("of an execution that several seeds share count once", () => {
    const row = { variant: "base", stage: "found", scope: "", execution: 1, n: 10, min: 2, max: 30, mean: 10, n3000: 1 }
    const [found] = tokensOf([0, 1, 2].map((seed) => ({ ...row, seed })))
    assert.deepStrictEqual([found!.n, found!.long], [10, 1])
  })
})

describe("definitions", () => {
  const rows = [{ variant: "AP", environment: 1, facts: {}, params: {}, stages: [
    { kind: "loop", label: "loop", name: "loop" }, { kind: "evaluate", label: "found", name: "referring" }
  ] }]
  const metric = (scope: string, name: string) => ({ ...measured("AP", name, 1, 1), scope })

  it("are those of the task that was evaluated, and of training in a loop", () => {
    const ablation = [metric("loop", "truncated"), metric("found", "accuracy"), metric("loop", "reward/mine"), metric("loop", "ownNumber")]
    const what = new Map(metricsOf(account({ rows, source: { ...source, file: "", ablation } })).map((one) => [one.name, one.what]))
    assert.match(what.get("accuracy")!, /IoU above 0\.5/)
    assert.match(what.get("truncated")!, /completions/)
    assert.match(what.get("reward/mine")!, /part of that name/)
    assert.match(what.get("ownNumber")!, /of the study's own/)
  })

  it("of rewards come in the order in which they lean on each other", () => {
    const part = (name: string) => ({ variant: "AP", seed: 0, stage: "loop", scope: "", step: 0, part: name, mean: 0, errors: 0, execution: 1 })
    const found = rewardsOf(account({ parts: ["ap50", "mine", "ap", "ap50"].map(part) }))
    assert.deepStrictEqual(found.map((one) => one.part), ["mine", "ap", "ap50"])
    assert.match(found[0]!.what, /The study's own/)
  })
})
