/** Questions about composed scenes, as OVDEval asks them. */
import * as Random from "../pipeline/Random.ts"
import { pick, shuffled, weighted } from "../vision/scenes/chance.ts"
import { frameOf, type Phrase, type Subset } from "../vision/scenes/phrase.ts"
import { type Said, said } from "../vision/scenes/said.ts"
import type { View } from "../vision/scenes/thing.ts"

/** What is asked about a view: phrases that are true of some of its things, and hard negatives, true of none. */
export interface SceneQuestion {
  readonly text: ReadonlyArray<Said>
  readonly negText: ReadonlyArray<Phrase>
}

const onlyNegativesShare = 0.08
const secondShare = 0.4
/** Probability of 0, 1, ... hard negatives, as far as there are some. */
const negativeCounts = [0.3, 0.4, 0.3]

/**
 * The question of a key: one or two phrases about different things of the view, and up to two hard negatives, each of which
 * differs from one of the phrases in exactly what the subset is about. About 8 % ask for hard negatives only, so that "None"
 * is right. The subset "referring" asks for one phrase that is true of one thing.
 *
 * Undefined where nothing can be asked.
 */
export const sceneQuestion = (key: Random.Key, subset: Subset, view: View): SceneQuestion | undefined => {
  const next = Random.stream(key)
  const all = said(subset, view)
  if (subset === "referring") {
    const found = referred(next, all, view)
    return found && { text: [found], negText: [] }
  }
  const [first, ...others] = shuffled(next, all.filter(({ trueOf }) => trueOf.includes(true)))
  const absent = shuffled(next, all.filter(({ trueOf }) => !trueOf.includes(true)).map(({ phrase }) => phrase))
  const onlyNegatives = next() < onlyNegativesShare
  const withSecond = next() < secondShare
  const negatives = weighted(next, negativeCounts)
  if (onlyNegatives && absent.length > 0) return { text: [], negText: absent.slice(0, Math.max(1, negatives)) }
  if (first === undefined) return undefined
  const second = others.find(({ trueOf }) => !trueOf.some((holds, i) => holds && first.trueOf[i]))
  const text = withSecond && second !== undefined ? [first, second] : [first]
  const frames = new Set(text.map(({ phrase }) => frameOf(phrase)))
  return { text, negText: absent.filter((phrase) => frames.has(frameOf(phrase))).slice(0, negatives) }
}

/** A phrase of one thing, each kind of phrase as likely; where possible about a form that others have too. */
const referred = (next: () => number, all: ReadonlyArray<Said>, { things }: View): Said | undefined => {
  const single = all.filter(({ trueOf }) => trueOf.filter(Boolean).length === 1)
  const shared = single.filter(({ phrase }) =>
    phrase.says !== "name" && things.filter((thing) => "form" in thing && thing.form === phrase.head.form).length > 1)
  const kinds = [...Map.groupBy(shared.length > 0 ? shared : single, ({ phrase }) => phrase.says).values()]
  return kinds.length === 0 ? undefined : pick(next, pick(next, kinds))
}
