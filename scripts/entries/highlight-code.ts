// Started by the server, never by a person: colours code, apart from everything else.
import { runHighlightProcess } from "@/lib/platform/code/highlight/highlight-process";

await runHighlightProcess();
