/** What stages returned is let go with the run that it belongs to, so that a study may have any number of cells. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { setImmediate } from "node:timers/promises"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import * as Pipeline from "../../../src/pipeline/declare/Pipeline.ts"
import * as Stage from "../../../src/pipeline/declare/Stage.ts"
import { memory, runStudy } from "../study.ts"
import * as Toy from "../toy.ts"

interface Numbers {
  readonly numbers: ReadonlyArray<number>
}

/** What every look was given, for as long as anybody else has it. */
const given: Array<WeakRef<Numbers>> = []

/** How many of those there still were when a run came to its look, its own among them. */
const alive: Array<number> = []

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

export const begin = Stage.define({
  kind: "data",
  name: "begin",
  module: import.meta.url,
  config: Schema.Struct({ first: Schema.Int }),
  run: ({ first }, _: void): Numbers => ({ numbers: [first, first + 1] })
})

export const look = Stage.define({
  kind: "filter",
  name: "look",
  module: import.meta.url,
  config: Schema.Struct({ cell: Schema.Int }),
  run: async (_, input: Numbers): Promise<Numbers> => {
    given.push(new WeakRef(input))
    await setImmediate() // a reference that was just made holds until the end of its task
    collect()
    alive.push(given.filter((one) => one.deref() !== undefined).length)
    return input
  }
})

const cells = [0, 1, 2, 3, 4, 5]

it.effect("what a run's stages returned is gone when the next runs have begun", () =>
  Effect.gen(function*() {
    const study = Experiment.make("cells", {
      question: "?",
      policy: Toy.vector({ size: 1 }),
      seeds: 1,
      axes: { cell: Object.fromEntries(cells.map((cell) => [`c${cell}`, cell])) },
      pipeline: ({ cell }) => Pipeline.from(begin({ first: cell as number })).pipe(look({ cell: cell as number })),
      table: { metrics: [] }
    })
    const results = yield* runStudy(memory(), study)
    assert.isTrue(results.every(({ status }) => status === "done"))
    assert.strictEqual(alive.length, cells.length)
    assert.isAtMost(Math.max(...alive), 2)
  }))
