import { plainError, plainFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

/** Nothing is published below /.well-known; what looks there gets JSON and no sign-in page. */
const unknown = toRoute(plainFamily, async () =>
  plainError(404, "not_found", "Nothing is published at this address."),
);

export {
  unknown as DELETE,
  unknown as GET,
  unknown as HEAD,
  unknown as OPTIONS,
  unknown as PATCH,
  unknown as POST,
  unknown as PUT,
};
