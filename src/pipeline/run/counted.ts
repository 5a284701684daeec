/** Whether somebody counted the tokens of a completion: one that has words and no tokens has an unknown length. */
export const isCounted = ({ completion, tokenCount }: { readonly completion: string; readonly tokenCount: number }): boolean =>
  tokenCount > 0 || completion === ""
