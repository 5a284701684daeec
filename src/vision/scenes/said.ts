/** What can be said of a view: phrases that nobody could disagree about, and of which things they are true. */
import { judge } from "./judge.ts"
import { extremes, type Noun, type Phrase, phrases, positions, relations, type Subset } from "./phrase.ts"
import { type Figure, isFigure, type View } from "./thing.ts"

export interface Said {
  readonly phrase: Phrase
  /** Whether it is true of each thing of the view. */
  readonly trueOf: ReadonlyArray<boolean>
}

/**
 * Phrases of a subset about names, or about forms that are there, each clearly true or clearly false of every thing; of
 * colours, negation speaks only of those that are there.
 */
export const said = (subset: Subset, view: View): ReadonlyArray<Said> => {
  const figures = view.things.filter(isFigure)
  const isThere = ({ form }: Noun): boolean => figures.some((figure) => figure.form === form)
  const about = (phrase: Phrase): boolean =>
    phrase.says === "name" ||
    isThere(phrase.head) && (!("other" in phrase) || isThere(phrase.other)) &&
      (phrase.says !== "not" || figures.some(({ colour }) => colour === phrase.colour))
  const all = subset === "referring" ? ofFigures(figures) : phrases[subset]
  return all.filter(about).flatMap((phrase) => {
    const verdicts = judge(phrase, view)
    return verdicts.includes(undefined) ? [] : [{ phrase, trueOf: verdicts as ReadonlyArray<boolean> }]
  })
}

/** Everything that may be said of one of some figures in the words of all subsets. */
const ofFigures = (figures: ReadonlyArray<Figure>): ReadonlyArray<Phrase> => {
  const bare = distinct(figures.map(({ form }): Noun => ({ form })))
  const coloured = distinct(figures.map(({ colour, form }): Noun => ({ form, adjective: colour })))
  const made = distinct(figures.map(({ form, material }): Noun => ({ form, adjective: material })))
  const named = [...bare, ...coloured]
  const shown = distinct(figures.map(({ colour }) => colour))
  return [
    ...[...coloured, ...made].map((head): Phrase => ({ says: "noun", head })),
    ...bare.flatMap((head) => extremes.map((word): Phrase => ({ says: "extreme", head, word }))),
    ...named.flatMap((head) =>
      named.flatMap((other) =>
        head.form === other.form ? [] : positions.map((word): Phrase => ({ says: "position", head, word, other })))
    ),
    ...bare.flatMap((head) =>
      bare.flatMap((other) =>
        head === other ? [] : relations.map((word): Phrase => ({ says: "relation", head, word, other })))
    ),
    ...bare.flatMap((head) => shown.map((colour): Phrase => ({ says: "not", head, colour }))),
    ...bare.flatMap((head) => [true, false].map((has): Phrase => ({ says: "border", head, has })))
  ]
}

const distinct = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
