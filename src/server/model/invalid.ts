/** What is wrong with a request, as OpenAI's errors say it. */
import { HttpError } from "../http/answers.ts"

/** A request that cannot be answered as it is: `param` is the path of the field, `messages.0.content`. */
export const invalid = (message: string, param?: string, code?: string): HttpError =>
  new HttpError({ status: 400, message, ...(param !== undefined && { param }), ...(code !== undefined && { code }) })
