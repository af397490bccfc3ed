/** A data source as the log and the pages call it: `TYPE - title`. */
export function dataSourceLabel(source: { kind: string; title: string }): string {
  return `${source.kind} - ${source.title}`;
}
