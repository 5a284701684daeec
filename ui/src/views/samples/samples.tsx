/** Samples: what models said, with pictures, boxes and rewards; a list, one whole, or the same examples at two places. */
import { OfExperiment } from "../../parts/experiment.tsx"
import { Empty, When } from "../../parts/states.tsx"
import { useLive } from "../../shell/live.ts"
import { href, param } from "../../shell/route.ts"
import { Filters } from "./filters.tsx"
import { List } from "./list.tsx"
import { PairsOf, startOfPairs } from "./pairs.tsx"
import { experiment, pageQuery, type Places, shownSample } from "./state.ts"
import { WholeSample } from "./whole.tsx"
import "./samples.css"

const Modes = ({ places }: { readonly places: Places }) => {
  const compares = param("left") !== ""
  const start = startOfPairs(places)
  return (
    <nav class="row" aria-label="Ways to look">
      <a href={href("samples", { experiment: experiment() })} aria-current={compares ? undefined : "page"}>List</a>
      {start !== undefined && (
        <a href={href("samples", { experiment: experiment(), ...start })} aria-current={compares ? "page" : undefined}>Two runs or steps side by side</a>
      )}
    </nav>
  )
}

const Listed = ({ places }: { readonly places: Places }) => {
  const known = useLive("/api/samples", pageQuery(places))
  const sample = shownSample()
  if (sample !== undefined) return <WholeSample id={sample} page={known.value.value?.samples.map(({ id }) => id) ?? []} />
  return (
    <>
      <Modes places={places} />
      <Filters places={places} />
      <List known={known} places={places} />
    </>
  )
}

const Compared = ({ places }: { readonly places: Places }) => {
  const sample = shownSample()
  if (sample !== undefined) return <WholeSample id={sample} page={[]} />
  return (
    <>
      <Modes places={places} />
      <PairsOf places={places} />
    </>
  )
}

const Shown = ({ of }: { readonly of: string }) => {
  const known = useLive("/api/samples/places", { experiment: of })
  return (
    <When what={`What models said in ${of}`} known={known}>
      {(places) =>
        places.groups.length === 0
          ? <Empty title="No samples yet"><p>They come with the first step of a training loop, and with the first evaluation.</p></Empty>
          : param("left") !== "" && param("right") !== ""
          ? <Compared places={places} />
          : <Listed places={places} />}
    </When>
  )
}

const Samples = () => <OfExperiment title="Samples">{(of) => <Shown key={of} of={of} />}</OfExperiment>

export default Samples
