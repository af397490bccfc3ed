// Started by the product, never by a person: reads or fills the workbook of one Excel job, apart from everything else.
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { workbookPieces } from "@/lib/features/excel-jobs/workbook/workbook-pieces";
import { runChild } from "@/lib/platform/reading-apart/child";
import { runThread } from "@/lib/platform/reading-apart/thread";

await (isMainThread ? runChild(fileURLToPath(import.meta.url)) : runThread(workbookPieces));
