/** Examines rewards, and prints what was found. */
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import { type Diagnosis, doctor as examine, isSound } from "../../workspace/doctor.ts"
import { Failure, usage } from "../failure.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"
import { visible } from "../../report/visible.ts"

interface Options {
  readonly reward: string
  readonly variant: "faithful" | "fixed"
  readonly strict: boolean
  readonly json: boolean
}

const number = (value: number): string => value.toFixed(4)

const text = ({ errors, findings, reward, truth }: Diagnosis): string => {
  const rows = findings.map(({ after, attack, before, probe, verdict }) =>
    [attack, verdict, number(before), number(after), probe]
  )
  const said = truth.beatenBy === undefined
    ? `The true answer scores ${number(truth.score)}, and nothing that was tried scores more.`
    : `The true answer scores ${number(truth.beatenBy.truth)} where ${number(truth.beatenBy.score)} was reached ` +
      `(${truth.beatenBy.probe}, ${truth.beatenBy.attack}).`
  const broken = errors.slice(0, 5).map((error) => `It could not judge: ${visible(error)}`)
  const table = grid([["attack", "verdict", "before", "after", "most in the case"], ...rows], [2, 3])
  return [reward, "", table, "", said, ...broken].join("\n")
}

export const doctor = Effect.fn("doctor")(function*({ json, reward, strict, variant }: Options) {
  const names = reward.split(",").map((name) => name.trim()).filter((name) => name !== "")
  if (names.length === 0) return yield* usage("--reward names no reward; give one, or some separated by commas.")
  const found = yield* examine(names, variant).pipe(
    Effect.mapError((error) => error._tag === "InvalidConfig" ? usage(error.message) : error)
  )
  yield* json ? printJson(found) : print(found.map(text).join("\n\n"))
  const ill = found.filter((diagnosis) => !isSound(diagnosis)).map((diagnosis) => diagnosis.reward)
  if (strict && ill.length > 0) {
    return yield* new Failure({ exitCode: exits.broke, message: `Not sound: ${ill.join(", ")}.` })
  }
})
