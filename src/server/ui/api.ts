/** The API that the page is made of: read-only, one group a view. To add one takes its folder and a line here and in `handler.ts`. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { ablation } from "./ablation/api.ts"
import { curves } from "./curves/api.ts"
import { experiments } from "./experiments/api.ts"
import { Fitting } from "./problems.ts"
import { runs } from "./runs/api.ts"
import { samples } from "./samples/api.ts"
import { sql } from "./sql/api.ts"

export const Api = HttpApi.make("assay")
  .add(experiments)
  .add(ablation)
  .add(curves)
  .add(samples)
  .add(runs)
  .add(sql)
  .middleware(Fitting)
  .annotate(OpenApi.Title, "assay ui")
  .annotate(OpenApi.Description, "What runs.db holds, read-only. The pages of `assay ui` use nothing but this.")
