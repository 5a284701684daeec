/** The models that clients train: adapters of one base, each of which does what it is asked in the order of the asking. */
import { randomInt } from "node:crypto"
import * as Effect from "effect/Effect"
import { type HeadLora, targets } from "../../model/lora.ts"
import type { LoraConfig } from "../../protocol/tinker/Requests.ts"
import { HttpError } from "../http/answers.ts"
import { invalid } from "../model/invalid.ts"
import type { Base } from "./base.ts"

/** Models at a time; memory may run out before. */
const most = 64

/** Adapters add alpha / rank times their product. */
const alpha = 32

export interface Model {
  readonly id: string
  readonly session: string
  readonly lora: HeadLora
  /** Does something with the model after all that it was asked before. */
  readonly next: <A>(work: () => Promise<A>) => Promise<A>
}

/** What a client's LoRA config says. The defaults are the protocol's. */
export const loraOf = ({ rank, train_attn = true, train_mlp = true, train_unembed = true }: LoraConfig): HeadLora => {
  const attention = (name: string) => /^[qkvo]_proj$/.test(name)
  const chosen = targets.filter((name) => attention(name) ? train_attn : train_mlp)
  if (chosen.length === 0 && !train_unembed) throw invalid("lora_config: nothing of the model would train; set one of train_attn, train_mlp and train_unembed.", "lora_config")
  return { rank, alpha, targets: chosen, head: train_unembed }
}

/** A LoRA config as clients read it back. */
export const loraConfigOf = ({ head, rank, targets }: HeadLora) => ({
  is_lora: true,
  lora_rank: rank,
  train_unembed: head === true,
  train_mlp: targets.includes("gate_proj"),
  train_attn: targets.includes("q_proj")
})

export interface Models {
  /** Takes a place for a model, which is there once `made` is; it fails where memory is not enough. */
  readonly create: (session: string, sequence: number, lora: HeadLora, seed?: number) => { readonly model: Model; readonly made: Promise<void> }
  /** Throws `HttpError` where there is none of that name. */
  readonly find: (id: string) => Model
  readonly drop: (id: string) => void
}

/** One thing after the other, whether or not the one before went well. */
const queue = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <A>(work: () => Promise<A>): Promise<A> => {
    const result = last.then(work, work)
    last = result.catch(() => {})
    return result
  }
}

export const models = (base: Pick<Base, "trains">): Models => {
  const all = new Map<string, Model>()
  return {
    create: (session, sequence, lora, seed = randomInt(2 ** 31)) => {
      const id = `${session}:train:${sequence}`
      if (all.has(id)) throw new HttpError({ status: 409, message: `there is a model ${id} already` })
      if (all.size >= most) throw new HttpError({ status: 429, message: `${most} models are there, which is as many as may be; unload one, or end its session`, code: "busy" })
      const model: Model = { id, session, lora, next: queue() }
      all.set(id, model)
      const made = model.next(() => Effect.runPromise(base.trains("create", id, lora, seed)))
      made.catch(() => all.delete(id))
      return { model, made }
    },
    find: (id) => {
      const model = all.get(id)
      if (model === undefined) throw new HttpError({ status: 404, message: `there is no model ${id} here: its session has ended, or the server was started anew` })
      return model
    },
    drop: (id) => {
      const model = all.get(id)
      all.delete(id)
      void model?.next(() => Effect.runPromise(base.trains("drop", id))).catch(() => {})
    }
  }
}
