import "server-only";
import { linkHeader } from "@/lib/gate/link-header";
import { json, sourcebotError } from "@/lib/gate/to-route";
import { runtime } from "@/lib/platform/runtime";
import type { VisibleRepository } from "../engine/types";
import { listRepositories } from "../list-repositories";
import { codeFailure, codeRoute } from "./code-door";
import { readParameters, wholeNumber } from "./parameters";
import { type Addresses, codeHostType, repositoryUrl } from "./web-addresses";

const pageSize = { default: 30, most: 100 };
const mostPages = 1_000_000_000;
/** The published client of the second generation sends a `sort` and a `direction` with each request. */
const parameters = ["page", "perPage", "query", "sort", "direction"] as const;

/**
 * `GET /api/repos`: with X-Org-Domain all of them, as the first generation of clients reads them; without it pages of a
 * list, as the second does.
 */
export const getRepos = (addresses: Addresses) =>
  codeRoute("optional", async ({ request, by }) => {
    const found = await listRepositories.execute({ ...by, input: null });
    if (!found.ok) return codeFailure(found);
    const repositories = found.value;
    if (request.headers.get("x-org-domain")) {
      const asked = readParameters(request, []);
      return asked.ok ? json(200, { repos: repositories.map(listed) }) : asked.answer;
    }
    return page(request, repositories, addresses);
  });

function listed({ name, branches, webUrl }: VisibleRepository) {
  return { name, branches: branches.map((b) => b.name), ...(webUrl === null ? {} : { webUrl }) };
}

function page(request: Request, repositories: VisibleRepository[], addresses: Addresses): Response {
  const asked = readParameters(request, parameters);
  if (!asked.ok) return asked.answer;
  const bad = (message: string) => sourcebotError(400, "INVALID_QUERY_PARAMS", message);
  const { page: pageText = "1", perPage: perPageText = String(pageSize.default), query = "" } = asked.values;
  const at = wholeNumber(pageText, mostPages);
  if (at === undefined) return bad("page takes a whole number from 1 on.");
  const perPage = wholeNumber(perPageText, pageSize.most);
  if (perPage === undefined) return bad(`perPage takes a whole number from 1 to ${pageSize.most}.`);
  const { sort = "name", direction = "asc" } = asked.values;
  if (sort !== "name" && sort !== "pushed") return bad("sort takes name or pushed.");
  if (direction !== "asc" && direction !== "desc") return bad("direction takes asc or desc.");
  const wanted = query.toLowerCase();
  const matching = repositories.filter(({ name }) => name.toLowerCase().includes(wanted));
  // What was pushed is known by when it was indexed.
  if (sort === "pushed")
    matching.sort((a, b) => (a.indexedAt?.getTime() ?? 0) - (b.indexedAt?.getTime() ?? 0));
  if (direction === "desc") matching.reverse();
  const total = matching.length;
  const shown = matching.slice((at - 1) * perPage, at * perPage);
  const url = new URL(request.url);
  const address = `${runtime().baseUrl}${url.pathname.replace(/\/$/, "")}`;
  const link = linkHeader(address, url.searchParams, { page: at, perPage, total });
  return json(
    200,
    shown.map((repository) => inPage(repository, addresses)),
    { "x-total-count": String(total), ...(link ? { link } : {}) },
  );
}

function inPage(repository: VisibleRepository, addresses: Addresses) {
  const { number, name, branches, indexedAt } = repository;
  const defaultBranch = branches.find((b) => b.isDefault)?.name;
  return {
    codeHostType: codeHostType(repository),
    repoId: number,
    repoName: name,
    webUrl: repositoryUrl(addresses, repository),
    isFork: false,
    isArchived: false,
    // Clients read both as texts: what is not known yet is left out.
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    ...(indexedAt === null ? {} : { indexedAt: indexedAt.toISOString() }),
  };
}
