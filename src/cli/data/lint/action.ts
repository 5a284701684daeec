/** Prints slips in wordings and labels, and mends them. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exits } from "../../../pipeline/Errors.ts"
import { lintFile } from "../../../workspace/DataSets.ts"
import { Failure } from "../../failure.ts"
import { printJson, say, write } from "../../output.ts"
import { visible } from "../../../report/visible.ts"

interface Slip {
  readonly entry: string
  readonly kind: string
  readonly message: string
  readonly mended: boolean
}

const line = ({ entry, mended, message }: Slip): string => `${visible(entry)}: ${visible(message)}${mended ? " (mended)" : ""}\n`

interface Options {
  readonly file: string
  readonly fix: Option.Option<string>
  readonly json: boolean
}

/** Slips that are shown; all are counted. */
const most = 1000

export const lint = Effect.fn("data lint")(function*(options: Options) {
  const out = Option.getOrUndefined(options.fix)
  const shown: Array<Slip> = []
  let [count, left] = [0, 0]
  yield* lintFile(options.file, out, ({ entry, kind, mended, message }) => {
    const isMended = out !== undefined && mended !== undefined
    count++
    if (!isMended) left++
    if (shown.length < most) shown.push({ entry, kind, message, mended: isMended })
  })
  if (options.json) yield* printJson({ file: options.file, count, left, slips: shown })
  else yield* write(shown.map(line).join(""))
  const more = count > shown.length ? `, of which ${shown.length} are shown` : ""
  yield* say(`${options.file}: ${count} slips${more}, ${count - left} mended.${out === undefined ? "" : ` The mended file is ${out}.`}`)
  if (left > 0) return yield* new Failure({ exitCode: exits.invalid, message: "" })
})
