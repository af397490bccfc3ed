// Started by the worker, never by a person: extracts the text of one uploaded document, apart from everything else.
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { documentPieces } from "@/lib/features/data-sources/extraction/document-pieces";
import { runChild } from "@/lib/platform/reading-apart/child";
import { runThread } from "@/lib/platform/reading-apart/thread";

await (isMainThread ? runChild(fileURLToPath(import.meta.url)) : runThread(documentPieces));
