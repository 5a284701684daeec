/** The list of samples, a page at a time. */
import type { ReadonlySignal } from "@preact/signals"
import { Empty, When } from "../../parts/states.tsx"
import type { Answer } from "../../shell/ask.ts"
import type { Known } from "../../shell/follow.ts"
import { change, param, params } from "../../shell/route.ts"
import { Legend, RoleSwitch } from "./boxes.tsx"
import { Card } from "./card.tsx"
import { chosenGroup, chosenPart, partsOf, type Places, withKeys } from "./state.ts"

type Page = Answer<"/api/samples">

const number = (count: number): string => count.toLocaleString("en")

const TooMany = ({ most }: { readonly most: number }) => (
  <Empty title={`More than ${number(most)} samples`}>
    <p>That is more than can be sorted at once. Choose a stage, a row, a seed, or some steps.</p>
  </Empty>
)

const showAll = (): void => change(Object.fromEntries([...params.value.keys()].filter((key) => key !== "experiment").map((key) => [key, undefined])))

const NoneFits = ({ through }: { readonly through: number }) => (
  <Empty title="No sample fits">
    <p>{number(through)} samples were looked through.</p>
    <button type="button" onClick={showAll}>Show all again</button>
  </Empty>
)

const Cards = ({ page, part }: { readonly page: Page; readonly part: string | undefined }) => (
  <>
    <div class="row between">
      <span role="status">
        {page.matching === page.through ? `${number(page.through)} samples` : `${number(page.matching)} of ${number(page.through)} samples fit`}
      </span>
      <span class="row"><RoleSwitch /><Legend /></span>
    </div>
    <div class="cards">
      {page.samples.map((sample) => <Card key={sample.id} sample={sample} part={part} href={withKeys({ sample: String(sample.id) })} />)}
    </div>
    <nav class="row" aria-label="Pages">
      {param("after") !== "" && <a href={withKeys({ after: undefined })}>First page</a>}
      {page.next !== null && <a href={withKeys({ after: page.next })}>Next page</a>}
    </nav>
  </>
)

interface Props {
  readonly places: Places
  readonly known: ReadonlySignal<Known<Page>>
}

export const List = ({ known, places }: Props) => (
  <When what="The samples" known={known}>
    {(page) => {
      if (page.atMost !== null) return <TooMany most={page.atMost} />
      if (page.matching === 0) return <NoneFits through={page.through} />
      return <Cards page={page} part={chosenPart(partsOf(places.groups, chosenGroup(places.groups)))} />
    }}
  </When>
)
