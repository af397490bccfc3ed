import { codeOnly } from "@/lib/features/code-search/http/code-door";
import { postReferences } from "@/lib/features/code-search/http/symbols";
import { codeAddresses } from "../code-addresses";

export const dynamic = "force-dynamic";

const otherwise = codeOnly("POST");
export const POST = postReferences(codeAddresses);

export { otherwise as DELETE, otherwise as GET, otherwise as PATCH, otherwise as PUT };
