// Started by the worker, never by a person: reads one web page, apart from everything else.
import { runPageReader } from "@/lib/features/data-sources/pages/page-process";

await runPageReader();
