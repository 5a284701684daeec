/** Weights that nobody named: each is sampled from by one session. A model has the latest of them, and none once it is unloaded or its session is gone. */
import { randomUUID } from "node:crypto"
import type { Checkpoints, Place } from "./checkpoints.ts"
import type { Model } from "./models.ts"
import type { Samplers } from "./samplers.ts"
import type { Sessions } from "./sessions.ts"

/** As many as a model has: the oldest go. */
const most = 64

interface One {
  readonly place: Place
  readonly sampler: string
}

export interface Unnamed {
  /** Has a model's weights written, and opens a sampling session of them, whose id it gives. Where either fails nothing of them stays. */
  readonly open: (model: Model, sequence: number, write: (place: Place) => Promise<unknown>) => Promise<string>
  /** Lets go of all that a model has. */
  readonly drop: (model: Model) => void
}

export const unnamed = (checkpoints: Checkpoints, samplers: Samplers, sessions: Sessions): Unnamed => {
  const all = new Map<Model, Array<One>>()
  const remove = ({ place, sampler }: One): void => {
    samplers.close(sampler)
    checkpoints.remove(place)
  }
  const drop = (model: Model): void => {
    const own = all.get(model) ?? []
    all.delete(model)
    own.forEach(remove)
  }
  const opened = async (model: Model, sequence: number, place: Place): Promise<One> => {
    const { id } = samplers.open(model.session, sequence, await checkpoints.find(place))
    return { place, sampler: id }
  }
  return {
    open: async (model, sequence, write) => {
      const place = { model: model.id, kind: "unnamed", name: `${sequence}-${randomUUID()}` } as const
      const one = await write(place).then(() => opened(model, sequence, place)).catch((cause) => {
        checkpoints.remove(place)
        throw cause
      })
      const own = all.get(model) ?? []
      own.push(one)
      own.splice(0, Math.max(0, own.length - most)).forEach(remove)
      if (!all.has(model)) {
        all.set(model, own)
        sessions.whenGone(model.session, () => drop(model)) // at once, where it is gone already
      }
      return one.sampler
    },
    drop
  }
}
