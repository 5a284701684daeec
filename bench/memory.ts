/**
 * Peak memory of a process that does training steps of 64 sequences, in micro-batches of the usual size and of 8. The
 * sequences share prompts as in GRPO or have one each, which takes more pictures at once.
 */
import * as Measure from "./support/measure.ts"
import { measureTraining } from "./support/training.ts"

/** Most bytes of the process. */
const targets = { usual: 1.5e9, eight: 0.5e9 } as const

export const memory: Measure.Part = async (settings) => {
  const shapes = settings.smoke
    ? { grouped: { groups: 2, samples: 2 }, distinct: { groups: 3, samples: 1 } }
    : { grouped: { groups: 8, samples: 8 }, distinct: { groups: 64, samples: 1 } }
  const rows: Array<readonly [string, Measure.Json & { readonly met: boolean }]> = []
  for (const [name, shape] of Object.entries(shapes)) {
    for (const [size, target] of Object.entries(targets)) {
      const rounds = await Measure.rounds(settings, `memory, ${name}, ${size} micro-batches`, () =>
        measureTraining({
          folder: "assets/tiny-vl",
          weights: "folder",
          shape,
          threads: settings.threads,
          rounds: 2,
          ...(size === "eight" ? { microBatch: 8 } : {})
        }))
      const peakBytes = Measure.summary(rounds.map((one) => one.peakBytes))
      rows.push([`${name}, ${size}`, {
        sequences: rounds[0]!.sequences,
        peakBytes,
        peakBytesBeforeTraining: Measure.summary(rounds.map((one) => one.peakBytesBefore)),
        secondsPerStep: Measure.summary(rounds.map(({ seconds }) => seconds.median)),
        target,
        // One process may be luckier than another; the largest counts.
        met: peakBytes.most < target
      }])
    }
  }
  return { threads: settings.threads, met: rows.every(([, { met }]) => met), ...Object.fromEntries(rows) }
}
