// Started by the product, never by a person: looks through the code index, apart from whatever answers requests.
import { runSearchProcess } from "@/lib/features/code-search/engine/process";

runSearchProcess();
