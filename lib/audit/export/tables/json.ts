import type { ExportTable, TablesContent, TablesFormat } from "./content";

/** One object: what the file is of, then an array of records for each table. */
export const tablesAsJson: TablesFormat = {
  extension: "json",
  contentType: "application/json; charset=utf-8",
  async *encode(content: TablesContent, meter) {
    const about = Object.fromEntries(content.about.map(({ key, value }) => [key, value]));
    yield Buffer.from(`{\n"export": ${JSON.stringify(about)}`);
    for (const table of content.tables) {
      yield Buffer.from(`,\n${JSON.stringify(table.key)}: [`);
      let isFirst = true;
      for await (const rows of table.batches) {
        const records = rows.map((row) => `\n${JSON.stringify(recordOf(table, row))}`).join(",");
        if (rows.length > 0) yield Buffer.from(isFirst ? records : `,${records}`);
        isFirst &&= rows.length === 0;
        meter.rows += rows.length;
      }
      yield Buffer.from(isFirst ? "]" : "\n]");
    }
    yield Buffer.from("\n}\n");
  },
};

function recordOf({ columns }: ExportTable, row: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ key }, i) => [key, row[i] ?? null]));
}
