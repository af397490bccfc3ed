// Started by the worker, never by a person: extracts the text of one uploaded document, apart from everything else.
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { runChild } from "@/lib/features/data-sources/extraction/child";
import { runThread } from "@/lib/features/data-sources/extraction/thread";

await (isMainThread ? runChild(fileURLToPath(import.meta.url)) : runThread());
