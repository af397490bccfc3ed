/**
 * Examples of a property test: the given number in `npm test`, twenty times as many in `npm run test:full`.
 */
export function propertyRuns(everyDay: number): number {
  return process.env.GURULOG_TEST_FULL ? everyDay * 20 : everyDay;
}
