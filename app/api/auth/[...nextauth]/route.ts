import { plainError, plainFamily, toRoute } from "@/lib/gate/to-route";

/**
 * The library's own endpoints (session, csrf, providers, signin, signout, callback) could be posted to past every act of
 * ours, and its sign-out ends nothing on the server. It serves single sign-on only, which is not configured here, so all
 * of them answer that there is nothing.
 */
const nothingHere = toRoute<{ nextauth: string[] }>(plainFamily, async () =>
  plainError(404, "not_found", "There is nothing here. Sign in at /sign-in."),
);

export {
  nothingHere as DELETE,
  nothingHere as GET,
  nothingHere as HEAD,
  nothingHere as PATCH,
  nothingHere as POST,
  nothingHere as PUT,
};
