/** What the help of commands names: rewards and attacks. It opens no database, as every start of the command loads it. */
export { names as rewardNames } from "../reward/scoreRows.ts"
export { attacks } from "../task/detection/attacks.ts"
