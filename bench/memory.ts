/** Peak memory of a process that does training steps of 64 sequences, all at once as by default and 8 at a time. */
import * as Measure from "./support/measure.ts"
import { measureTraining } from "./support/training.ts"

/** Most bytes of the process, by micro-batch. */
const targets = { default: 1.5e9, "8": 0.5e9 } as const

export const memory: Measure.Part = async (settings) => {
  const shape = settings.smoke ? { groups: 2, samples: 2 } : { groups: 8, samples: 8 }
  const folder = "assets/tiny-vl"
  const row = async (name: keyof typeof targets, microBatch?: number) => {
    // Memory hardly varies, but one process may be luckier than another; the largest counts.
    const rounds = await Measure.rounds(settings, `memory, micro-batch ${name}`, () =>
      measureTraining({
        folder,
        weights: "folder",
        shape,
        threads: settings.threads,
        rounds: 2,
        ...(microBatch === undefined ? {} : { microBatch })
      }))
    const peakBytes = Measure.summary(rounds.map((one) => one.peakBytes))
    return {
      peakBytes,
      peakBytesBeforeTraining: Measure.summary(rounds.map((one) => one.peakBytesBefore)),
      secondsPerStep: Measure.summary(rounds.map(({ seconds }) => seconds.median)),
      target: targets[name],
      met: peakBytes.most < targets[name]
    }
  }
  const rows = { default: await row("default"), microBatch8: await row("8", 8) }
  return { sequences: shape.groups * shape.samples, ...rows, met: Object.values(rows).every(({ met }) => met) }
}
