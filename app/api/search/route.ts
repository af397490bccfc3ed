import { codeOnly } from "@/lib/features/code-search/http/code-door";
import { postSearch } from "@/lib/features/code-search/http/post-search";
import { codeAddresses } from "../code-addresses";

export const dynamic = "force-dynamic";

const otherwise = codeOnly("POST");
export const POST = postSearch(codeAddresses);

export { otherwise as DELETE, otherwise as GET, otherwise as PATCH, otherwise as PUT };
