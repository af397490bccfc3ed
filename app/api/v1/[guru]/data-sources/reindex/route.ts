import { reindexSources } from "@/lib/features/data-sources/http/v1-selected-sources";
import { v1Only } from "@/lib/gate/v1";

export const dynamic = "force-dynamic";

const otherwise = v1Only("POST");

export {
  otherwise as DELETE,
  otherwise as GET,
  otherwise as PATCH,
  otherwise as PUT,
  reindexSources as POST,
};
