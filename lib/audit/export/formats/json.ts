import { copyRows } from "@/lib/audit/query/copy-stream";
import { arrayFile, recordStream } from "@/lib/audit/query/record-stream";
import { SealedSequences } from "@/lib/audit/query/sealed-sequences";
import { fullRecordsSelect } from "@/lib/audit/query/whole-log";
import { sql } from "@/lib/db/client";
import type { ExportFormat } from "./format";

/** One array of the records that the HTTP API gives with `view=full`. */
export const json: ExportFormat = {
  id: "json",
  label: "JSON",
  extension: "json",
  contentType: "application/json; charset=utf-8",
  copySql: (where) => copyRows(fullRecordsSelect(where)),
  encode: (rows, { orgId, sealed }, meter) =>
    recordStream(rows, arrayFile, { sequences: new SealedSequences(sql(), orgId, sealed.size), meter }),
};
