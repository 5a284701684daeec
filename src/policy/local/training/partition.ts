/** Which of a model's parameters train, and which stay. */
import type { Architecture } from "../../../model/architecture.ts"
import { type Adapter, adapters, adapterSpecs, type HeadLora } from "../../../model/lora.ts"
import { isVision, type Layout, layout, type ParameterSpec, parameterSpecs } from "../../../model/Parameters.ts"
import type { Training } from "./settings.ts"

/** The inputs that a compute graph takes its parameters from. */
export interface ParameterSet {
  readonly specs: ReadonlyArray<ParameterSpec>
  /** By the name of the matrix that each adapts. */
  readonly adapters: ReadonlyMap<string, Adapter>
}

/**
 * A model's parameters in two arrays of numbers: those that never change, and those that train, of which alone there are
 * gradients, moments, a reference and checkpoints.
 */
export interface Partition extends ParameterSet {
  readonly frozen: Layout
  readonly trained: Layout
}

export const partition = (model: Architecture, { freezeVision, lora }: Pick<Training, "freezeVision"> & { readonly lora: HeadLora | null }): Partition => {
  const all = parameterSpecs(model)
  const beside = lora === null ? new Map<string, Adapter>() : adapters(all, lora)
  const stays = (spec: ParameterSpec) => lora !== null || (freezeVision && isVision(spec))
  const frozen = layout(all.filter(stays))
  const trained = layout([...all.filter((spec) => !stays(spec)), ...[...beside.values()].flatMap(adapterSpecs)])
  return { frozen, trained, specs: [...frozen.specs, ...trained.specs], adapters: beside }
}
