/** Questions about generated scenes, as OVDEval asks them. */
import * as Random from "../../pipeline/Random.ts"
import { shuffled } from "../../vision/scenes/chance.ts"
import { colours, forms, label, type Scene, type Shape } from "../../vision/scenes/scene.ts"

/** What is asked about a scene, in OVDEval's words: labels that are there, and hard negatives that are not. */
export interface Question {
  readonly text: ReadonlyArray<string>
  readonly negText: ReadonlyArray<string>
}

const onlyNegativesShare = 0.08
const everythingShare = 0.5
const negativeShare = 0.3

/**
 * The question of a key: in half of the questions all labels of the scene, else any number of them, and in about 30 % one
 * hard negative. About 8 % of the questions ask for one or two hard negatives only, so that "None" is right.
 */
export const question = (key: Random.Key, scene: Scene): Question => {
  const next = Random.stream(key)
  const present = shuffled(next, [...new Set(scene.shapes.map(label))])
  const absent = shuffled(next, hardNegatives(scene.shapes))
  const onlyNegatives = next() < onlyNegativesShare
  const some = 1 + Math.floor(next() * present.length)
  const count = next() < everythingShare ? present.length : some
  const negative = next() < negativeShare
  return onlyNegatives
    ? { text: [], negText: absent.slice(0, Math.min(count, 2)) }
    : { text: present.slice(0, count), negText: negative ? absent.slice(0, 1) : [] }
}

/** Labels that are absent but share colour or form with a shape that is there. */
export const hardNegatives = (shapes: ReadonlyArray<Shape>): ReadonlyArray<string> => {
  const present = new Set(shapes.map(label))
  return colours.flatMap((colour) =>
    forms
      .filter((form) => shapes.some((shape) => shape.colour === colour || shape.form === form))
      .map((form) => label({ colour, form }))
      .filter((name) => !present.has(name))
  )
}
