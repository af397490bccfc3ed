import { postSources } from "@/lib/features/data-sources/http/v1-add-sources";
import { getSources } from "@/lib/features/data-sources/http/v1-list-sources";
import { deleteSources } from "@/lib/features/data-sources/http/v1-selected-sources";
import { v1Only } from "@/lib/gate/v1";

export const dynamic = "force-dynamic";

const otherwise = v1Only("GET, POST, DELETE");

export {
  deleteSources as DELETE,
  getSources as GET,
  getSources as HEAD,
  otherwise as PATCH,
  otherwise as PUT,
  postSources as POST,
};
