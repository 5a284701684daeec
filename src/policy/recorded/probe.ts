/** Whether a file of answers fits the evaluations of a study, found out before any of them runs. */
import * as Effect from "effect/Effect"
import { type Node, partsOf } from "../../pipeline/declare/Node.ts"
import type { Probe, Wanted } from "../../pipeline/declare/policyNode.ts"
import { exits } from "../../pipeline/Errors.ts"
import { stringify } from "../../pipeline/plan/Canonical.ts"
import { PolicyError } from "../policyError.ts"
import type { Columns } from "./columns.ts"
import { finder } from "./find.ts"
import { readAnswers } from "./readAnswers.ts"

/** What changes how answers are measured, and not what is asked about. */
const neutral: ReadonlyArray<string> = ["as", "template", "maxTokens", "batch", "tokenCut"]

const all = (node: Pick<Node, "name" | "config" | "parts">): unknown => [node.name, node.config, partsOf(node).map(all)]

/** What an evaluation asks about: its task, its data and filter, and what else it says of them. */
const aboutOf = ({ node: { config, name, parts } }: Wanted): string =>
  stringify([
    name,
    Object.fromEntries(Object.entries(config).filter(([key]) => !neutral.includes(key))),
    ["data", "filter"].map((part) => partsOf({ parts: { [part]: parts[part] } }).map(all))
  ])

/** Fails where several evaluations ask for answers that only their order tells apart: each would get those of the first. */
export const probe = (file: string, columns: Columns): Probe => (wanted, _, had = []) =>
  Effect.gen(function*() {
    const evaluations = Map.groupBy([...had, ...wanted], aboutOf)
    if (evaluations.size < 2 || !finder(yield* readAnswers(file, columns)).ordered) return {}
    const names = [...new Set([...evaluations.values()].flatMap(([first]) => first === undefined ? [] : [`"${first.stage}"`]))].join(", ")
    return yield* new PolicyError({
      operation: "probe",
      message: `${file} has rows that only their order tells apart, and ${evaluations.size} evaluations ask for them (${names}). ` +
        "Give each evaluation a study and a file of its own, or name the columns by which rows are told apart (image, question).",
      exitCode: exits.invalid
    })
  })
