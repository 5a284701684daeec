import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Seeds from "../../../src/pipeline/declare/Seeds.ts"
import { InvalidExperiment } from "../../../src/pipeline/Errors.ts"
import { isOpen, wanted, wantedOf } from "../../../src/pipeline/plan/openSeeds.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import { mean, sd } from "../../../src/pipeline/statistics.ts"
import { studentQuantile } from "../../../src/pipeline/student.ts"
import type { Memory } from "../../../src/testing.ts"
import { memory, planStudy, prepared, runStudy, training } from "../study.ts"
import * as Toy from "../toy.ts"

const seedValues = (values: ReadonlyArray<number | null>) => new Map(values.map((value, seed) => [seed, value]))

const zeros = seedValues(Array.from({ length: 48 }, () => 0))

describe("Seeds.until", () => {
  it("looks at three seeds, then at twice as many, and at last at the most", () => {
    const looks = (max: number) => Seeds.until({ metric: "mAP", difference: 1, max }).looks
    assert.deepStrictEqual([3, 4, 6, 7, 20].map(looks), [[3], [3, 4], [3, 6], [3, 6, 7], [3, 6, 12, 20]])
  })

  it("refuses what is no rule", () => {
    const refused = (rule: unknown, words: RegExp) =>
      assert.throws(() => Seeds.until(rule as Parameters<typeof Seeds.until>[0]), words)
    refused({ metric: "mAP", difference: 1, max: 2 }, /max is 2/)
    refused({ metric: "mAP", difference: 1, max: 4.5 }, /whole number/)
    refused({ metric: "mAP", difference: 0, max: 9 }, /difference must be above 0/)
    refused({ metric: "mAP", width: NaN, max: 9 }, /width must be above 0/)
    refused({ metric: "mAP", max: 9 }, /one of difference and width/)
    refused({ metric: "mAP", difference: 1, width: 1, max: 9 }, /one of difference and width/)
  })
})

describe("what a row needs", () => {
  const rule = Seeds.until({ metric: "mAP", difference: 1, max: 12 })

  it("is the first look whose values are not all there", () => {
    assert.deepStrictEqual(wantedOf(rule, new Map(), new Map()), { seeds: 3, open: true })
    assert.deepStrictEqual(wantedOf(rule, seedValues([-9, 9, 0]), zeros), { seeds: 6, open: true })
    assert.deepStrictEqual(wantedOf(rule, seedValues([-9, 9, 0]), seedValues([0, 0])), { seeds: 3, open: true }, "the baseline lacks one")
    assert.deepStrictEqual(wantedOf(rule, seedValues([-9, 9, 0, 9, -9, 5]), zeros), { seeds: 12, open: false }, "no look follows")
  })

  it("ends where the interval leaves zero out, or is all within the difference", () => {
    assert.deepStrictEqual(wantedOf(rule, seedValues([9, 9.1, 9.2]), zeros), { seeds: 3, open: false })
    assert.deepStrictEqual(wantedOf(rule, seedValues([0.01, -0.01, 0]), zeros), { seeds: 3, open: false })
    assert.isTrue(isOpen(rule, [2, -2, 1]))
    const wide = Seeds.until({ metric: "mAP", width: 1, max: 12 })
    assert.isTrue(isOpen(wide, [9, 8, 7]), "far from zero, but not known well enough")
    assert.isFalse(isOpen(wide, [9, 9.1, 9.2]))
  })

  it("does not count values that are no numbers, and never ends on fewer than two", () => {
    assert.deepStrictEqual(wantedOf(rule, seedValues([9, null, null]), zeros), { seeds: 6, open: true })
    assert.deepStrictEqual(wantedOf(rule, seedValues([9, 9.001, null]), zeros), { seeds: 3, open: false })
  })

  it("is for the baseline what the row with the most needs", () => {
    const values = new Map([["base", zeros], ["far", seedValues([9, 9.1, 9.2])], ["near", seedValues([-9, 9, 0])]])
    const { open, seeds } = wanted(rule, "base", ["far", "near"], values)
    assert.deepStrictEqual([seeds("far"), seeds("near"), seeds("base"), seeds("untrained"), open], [3, 6, 6, 6, true])
  })
})

describe("the error rate of the rule, simulated", () => {
  const trials = 2000

  /** Draws seeds as the rule asks for them, and returns the differences that it ended with. */
  const ended = (rule: Seeds.Until, truth: number, next: () => number): ReadonlyArray<number> => {
    const drawn: Array<number> = []
    for (;;) {
      const { seeds } = wantedOf(rule, seedValues(drawn), zeros)
      if (seeds <= drawn.length) return drawn.slice(0, seeds)
      while (drawn.length < seeds) drawn.push(truth + Random.normalPair(next)[0])
    }
  }

  const covers = (differences: ReadonlyArray<number>, truth: number, share: number): boolean => {
    const half = studentQuantile(share, differences.length - 1) * sd(differences) / Math.sqrt(differences.length)
    return Math.abs(mean(differences) - truth) <= half
  }

  it("calls rows different that are not in at most 5 of 100 studies, where bare intervals would in more", () => {
    const rule = Seeds.until({ metric: "mAP", difference: 0.05, max: 48 })
    const next = Random.stream(Random.key(11))
    let [wrong, bare] = [0, 0]
    const once = { ...rule, looks: [48] }
    for (let trial = 0; trial < trials; trial++) {
      const differences = ended(rule, 0, next)
      if (!covers(differences, 0, 1 - 0.05 / rule.looks.length)) wrong++
      const all = Array.from({ length: 48 }, () => Random.normalPair(next)[0])
      if (rule.looks.some((look) => !covers(all.slice(0, look), 0, 1 - 0.05 / once.looks.length))) bare++
    }
    assert.isAtMost(wrong / trials, 0.05 + 3 * Math.sqrt(0.05 * 0.95 / trials))
    assert.isAbove(bare / trials, 0.09, "looking five times at 5 % each is not 5 %")
  })

  it("ends with an interval that holds the true difference in at least 95 of 100 studies", () => {
    const rule = Seeds.until({ metric: "mAP", width: 1, max: 48 })
    const next = Random.stream(Random.key(12))
    let held = 0
    for (let trial = 0; trial < trials; trial++) {
      if (covers(ended(rule, 0.7, next), 0.7, 1 - 0.05 / rule.looks.length)) held++
    }
    assert.isAtLeast(held / trials, 0.95 - 3 * Math.sqrt(0.05 * 0.95 / trials))
  })

  it("takes few seeds for a large difference, and more for a small one", () => {
    const rule = Seeds.until({ metric: "mAP", difference: 0.05, max: 48 })
    const next = Random.stream(Random.key(13))
    const seedsFor = (truth: number) => mean(Array.from({ length: 200 }, () => ended(rule, truth, next).length))
    const [large, small] = [seedsFor(8), seedsFor(0.5)]
    assert.isBelow(large, 6)
    assert.isAbove(small, 24)
  })
})

describe("a study whose seeds follow a rule", () => {
  const studyOf = (rule: Seeds.Until) =>
    Experiment.make("tastes", {
      question: "Which taste climbs higher?",
      policy: Toy.vector({ size: 4 }),
      seeds: rule,
      axes: { taste: { low: Toy.low({ sharpness: 2 }), high: Toy.high({ sharpness: 1 }) } },
      baseline: { taste: "low" },
      pipeline: ({ taste }) => training(taste),
      references: { untrained: prepared.pipe(Toy.measure({ mode: "sum" })) },
      table: { rows: "taste", metrics: ["score"] }
    })

  const seedsOf = (journal: Memory, variant: string) =>
    journal.runs.filter(({ record, retired }) => record.variant === variant && !retired).map(({ record }) => record.seed)

  it.effect("runs three where the answer is plain, and as many as it may where it stays open", () =>
    Effect.gen(function*() {
      const [plain, open] = [memory(), memory()]
      yield* runStudy(plain, studyOf(Seeds.until({ metric: "score", width: 1e6, max: 9 })))
      assert.deepStrictEqual([seedsOf(plain, "high"), seedsOf(plain, "low")], [[0, 1, 2], [0, 1, 2]])
      const results = yield* runStudy(open, studyOf(Seeds.until({ metric: "score", width: 1e-9, max: 7 })))
      assert.strictEqual(results.length, 3 * 7)
      assert.deepStrictEqual(seedsOf(open, "high"), [0, 1, 2, 3, 4, 5, 6])
    }))

  it.effect("plans what the journal knows: three seeds at first, all of them afterwards, and runs nothing twice", () =>
    Effect.gen(function*() {
      const journal = memory()
      const study = studyOf(Seeds.until({ metric: "score", width: 1e-9, max: 6 }))
      const before = yield* planStudy(journal, study)
      assert.deepStrictEqual([before.runs.length, before.open], [9, true])
      yield* runStudy(journal, study)
      const after = yield* planStudy(journal, study)
      assert.deepStrictEqual([after.runs.length, after.open], [18, false])
      assert.isTrue(after.runs.every(({ stages }) => stages.every(({ status }) => status._tag === "finished")))
      const executed = journal.stages.length
      yield* runStudy(journal, study)
      assert.strictEqual(journal.stages.length, executed)
    }))

  it.effect("compares rows that run alone with what is known of the baseline", () =>
    Effect.gen(function*() {
      const journal = memory()
      const study = studyOf(Seeds.until({ metric: "score", width: 1e-9, max: 6 }))
      const [low, high] = [{ only: [{ taste: "low" }] }, { only: [{ taste: "high" }] }]
      const alone = yield* runStudy(journal, study, high)
      assert.lengthOf(alone, 3, "nothing is known of it yet")
      yield* runStudy(journal, study, { ...low, seeds: [0, 1, 2, 3, 4, 5] })
      yield* runStudy(journal, study, high)
      assert.deepStrictEqual(seedsOf(journal, "high"), [0, 1, 2, 3, 4, 5])
      const plan = yield* planStudy(journal, study, high)
      assert.deepStrictEqual([plan.runs.length, plan.open], [6, false])
    }))

  it.effect("takes seeds from the command line as they are, and tells its table how often it looks", () =>
    Effect.gen(function*() {
      const study = studyOf(Seeds.until({ metric: "score", width: 1e-9, max: 6 }))
      const plan = yield* planStudy(memory(), study, { seeds: [4] })
      assert.deepStrictEqual([plan.runs.map(({ record }) => record.seed), plan.open], [[4, 4, 4], false])
      assert.strictEqual(plan.experiment.table.looks, 2)
    }))

  it.effect("needs a metric that there is, and a baseline", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(planStudy(memory(), studyOf(Seeds.until({ metric: "scores", width: 1, max: 6 }))))
      assert.match(error.message, /Seeds\.until names "scores".*"score"/)
      assert.throws(() =>
        Experiment.make("alone", {
          question: "?",
          policy: Toy.vector({ size: 4 }),
          seeds: Seeds.until({ metric: "score", width: 1, max: 6 }),
          pipeline: () => training(Toy.low({ sharpness: 2 })),
          table: { metrics: ["score"] }
        }), InvalidExperiment)
    }))
})
