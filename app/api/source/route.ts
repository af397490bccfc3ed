import { codeOnly } from "@/lib/features/code-search/http/code-door";
import { getSource, postSource } from "@/lib/features/code-search/http/source";
import { codeAddresses } from "../code-addresses";

export const dynamic = "force-dynamic";

const otherwise = codeOnly("GET, POST");
export const GET = getSource(codeAddresses);
export const POST = postSource(codeAddresses);

// A HEAD would be recorded as the reading of a file that nobody read.
export { otherwise as DELETE, otherwise as HEAD, otherwise as PATCH, otherwise as PUT };
