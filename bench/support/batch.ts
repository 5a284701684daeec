/** What every part of the bench trains and samples on: scenes of coloured shapes asked about as the study asks. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Example } from "../../src/task/detection/example.ts"
import { renderPng } from "../../src/vision/scenes/render.ts"
import { label } from "../../src/vision/scenes/scene.ts"
import { itemOf } from "../../src/data/drawn/shapes.ts"
import type { Engine } from "../../src/policy/local/thread/protocol.ts"
import type { AdamW, Sequence } from "../../src/policy/trainer.ts"
import { prompt } from "../../src/task/ask.ts"
import { detection } from "../../src/task/detection/detection.ts"
import { trainingLabels } from "../../src/task/detection/index.ts"
import type { Prompt } from "../../src/task/prompt.ts"
import { enhanced } from "../../src/prompt/templates.ts"
import { area } from "../../src/vision/Box.ts"

export interface Shape {
  /** Prompts. */
  readonly groups: number
  /** Completions a prompt. */
  readonly samples: number
  /** Side of the pictures in pixels. */
  readonly side?: number
  /** Tokens of every completion; as long as true answers are when left out. */
  readonly tokens?: number
}

/** The settings of `Update.grpo`, at the learning rate of the study. */
export const adamW: AdamW = {
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradientNorm: 1
}

/** The first `count` prompts of the training split, their pictures written into `folder`. */
export const prompts = async (folder: string, count: number, side = 112): Promise<ReadonlyArray<Prompt>> =>
  Promise.all(Array.from({ length: count }, async (_, index) => {
    const size = { width: side, height: side }
    const { question, scene } = itemOf({ split: "train", seed: 1, size }, index)
    const path = join(folder, `${side}-${index}.png`)
    writeFileSync(path, await renderPng(scene))
    const example: Example = {
      id: String(index),
      image: { path, ...size },
      objects: scene.shapes.map((shape) => ({ label: label(shape), box: shape.box, area: area(shape.box), crowd: false })),
      positives: question.text,
      negatives: question.negText
    }
    return prompt(detection, enhanced, example, trainingLabels(example), size)
  }))

export const questionOf = (prompt: Prompt): Sequence["question"] => ({ messages: prompt.messages, images: [prompt.image.path] })

/**
 * `groups` x `samples` sequences. Completions are true answers of different scenes, so that their lengths vary as those of
 * a trained model do and do not depend on the weights that happen to be shipped.
 */
export const sequences = async (engine: Engine, folder: string, shape: Shape): Promise<ReadonlyArray<Sequence>> => {
  const { groups, samples, side, tokens } = shape
  const all = await prompts(folder, groups * samples, side)
  const answers = await Promise.all(all.map(({ solution }) => engine.encodeAnswer(solution)))
  return all.map((_, i) => ({
    question: questionOf(all[Math.floor(i / samples)]!),
    tokens: tokens === undefined ? answers[i]! : Array.from({ length: tokens }, (_, t) => answers[i]![t % answers[i]!.length]!)
  }))
}

/** Weights of the tokens as a policy-gradient loss gives them: both signs, averaged over the batch. */
export const weightsOf = (all: ReadonlyArray<Sequence>): ReadonlyArray<ReadonlyArray<number>> =>
  all.map(({ tokens }, i) => tokens.map(() => (i % 2 === 0 ? 1 : -1) / (all.length * tokens.length)))

/** Forward, backward and AdamW. */
export const trainStep = async (engine: Engine, all: ReadonlyArray<Sequence>, weights = weightsOf(all)): Promise<void> => {
  await engine.backward(all, weights)
  await engine.step(adamW)
}
