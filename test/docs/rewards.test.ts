/** The page about rewards says what the code does. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import { diagnose } from "../../src/reward/diagnose.ts"
import { names, rewardNamed } from "../../src/reward/scoreRows.ts"
import { attacks } from "../../src/task/detection/attacks.ts"
import { assay, temporary } from "../cli/support.ts"

const page = readFileSync("docs/how-to/rewards.md", "utf8")

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

/** The table of all rewards: attacks that pay in bold. */
const table = (): string => {
  const found = names.map((name) => Effect.runSync(diagnose(rewardNamed(name, "fixed"))))
  return [
    row(["reward", ...attacks.map(({ name }) => name), "truth"]),
    row(["---", ...attacks.map(() => "---"), "---"]),
    ...found.map(({ findings, reward, truth }) =>
      row([
        `\`${reward}\``,
        ...findings.map(({ verdict }) => verdict === "rises" ? "**rises**" : verdict),
        truth.best ? "most" : "**beaten**"
      ])
    )
  ].join("\n")
}

describe("docs/how-to/rewards.md", () => {
  it("holds the table of attacks on every reward, as `assay doctor` finds it", () => {
    assert.strictEqual(/<!-- doctor -->\n([^]*?)\n<!-- \/doctor -->/.exec(page)?.[1], table())
  })

  it("says what each attack does", () => {
    for (const { name, what } of attacks) assert.include(page, `- **${name}**: ${what}.`)
  })

  it("has a line on every reward", () => {
    for (const name of names) assert.match(page, new RegExp(`^\\| \`${name}\` \\|.*\\[?-?\\d`, "m"), name)
  })
})

describe("the reward of one's own on the page", () => {
  it("compiles in a study, next to a judge", async () => {
    const { folder, remove } = temporary()
    const [rising, own, judge] = Array.from(page.matchAll(/```ts\n([^]*?)```/g), ([, code]) => code!) as [string, string, string]
    writeFileSync(join(folder, "bright.ts"), own)
    writeFileSync(join(folder, "study.ts"), `
import { Data, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"
import { bright } from "./bright.ts"
const more = [${rising.trim()}, ${judge.trim()}]
export default Experiment.make("bright", {
  question: "Does it compile?",
  policy: Policy.tiny(),
  seeds: 1,
  pipeline: () =>
    Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval" })).pipe(
      Prompt.template(Prompt.standard),
      Pipeline.loop(
        { steps: 1, batch: 2, checkpointEvery: 1 },
        Rollout.sample({ groupSize: 2, maxTokens: 8 }),
        Reward.score(Reward.sum(bright({ atLeast: 100 }), ...more)),
        Update.grpo({ learningRate: 1e-4, compare: "parts" })
      )
    ),
  table: { metrics: [] }
})
`)
    const { code, err, out } = await assay(folder, "check", "study.ts")
    remove()
    assert.strictEqual(code, 0, out + err)
  })
})
