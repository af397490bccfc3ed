import { codeOnly } from "@/lib/features/code-search/http/code-door";
import { getRepos } from "@/lib/features/code-search/http/get-repos";
import { codeAddresses } from "../code-addresses";

export const dynamic = "force-dynamic";

const otherwise = codeOnly("GET");
export const GET = getRepos(codeAddresses);
export const HEAD = getRepos(codeAddresses);

export { otherwise as DELETE, otherwise as PATCH, otherwise as POST, otherwise as PUT };
