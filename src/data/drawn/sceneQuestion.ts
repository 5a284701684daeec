/** Questions about composed scenes, as OVDEval asks them. */
import * as Random from "../../pipeline/Random.ts"
import { pick, shuffled, weighted } from "../../vision/scenes/chance.ts"
import { frameOf, type Phrase, type Subset } from "../../vision/scenes/phrase.ts"
import { type Said, said } from "../../vision/scenes/said.ts"
import { isFigure, type View } from "../../vision/scenes/thing.ts"

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
  const present = shuffled(next, all.filter(({ trueOf }) => trueOf.includes(true)))
  const first = balanced(next, present)
  const absent = shuffled(next, all.filter(({ trueOf }) => !trueOf.includes(true)).map(({ phrase }) => phrase))
  const onlyNegatives = next() < onlyNegativesShare
  const withSecond = next() < secondShare
  const negatives = weighted(next, negativeCounts)
  if (onlyNegatives && absent.length > 0) return { text: [], negText: absent.slice(0, Math.max(1, negatives)) }
  if (first === undefined) return undefined
  const second = present.find(({ trueOf }) => !trueOf.some((holds, i) => holds && first.trueOf[i]))
  const text = withSecond && second !== undefined ? [first, second] : [first]
  const frames = new Set(text.map(({ phrase }) => frameOf(phrase)))
  return { text, negText: absent.filter((phrase) => frames.has(frameOf(phrase))).slice(0, negatives) }
}

/**
 * A phrase of one thing, each kind of phrase as likely, and each word of its kind; where possible one that needs a look at more
 * than a form that is there once.
 */
const referred = (next: () => number, all: ReadonlyArray<Said>, { things }: View): Said | undefined => {
  const single = all.filter(({ trueOf }) => trueOf.filter(Boolean).length === 1)
  const telling = single.filter(({ phrase }) =>
    phrase.says === "relation" ||
    phrase.says !== "name" && things.filter((thing) => isFigure(thing) && thing.form === phrase.head.form).length > 1)
  const usable = telling.length > 0 ? telling : single
  const kinds = [...Map.groupBy(usable, ({ phrase }) => phrase.says).values()]
  return kinds.length === 0 ? undefined : balanced(next, pick(next, kinds))
}

/** One of some phrases, each of their words as likely; undefined where there are none. */
const balanced = (next: () => number, items: ReadonlyArray<Said>): Said | undefined => {
  const words = [...Map.groupBy(items, ({ phrase }) => "word" in phrase ? phrase.word : phrase.says).values()]
  return words.length === 0 ? undefined : pick(next, pick(next, words))
}
