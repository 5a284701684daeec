/** The page about rewards says what the code does. */
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import { diagnose } from "../../src/reward/diagnose.ts"
import { names, rewardNamed } from "../../src/reward/scoreRows.ts"
import { attacks } from "../../src/task/detection/attacks.ts"

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
})
