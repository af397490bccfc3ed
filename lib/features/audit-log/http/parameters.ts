import "server-only";
import { theOrganization } from "@/lib/access/principal";
import { type AuditFilter, parseFilter, repeatableParams, singleParams } from "@/lib/audit/query/filter";
import { cursorIndex } from "@/lib/audit/query/sealed-order";

export type View = "default" | "full";

export type LogRead = { filter: AuditFilter; view: View } & (
  | { mode: "all" }
  | { mode: "page"; page: number; perPage: number }
  /** `from` null begins at the oldest. */
  | { mode: "cursor"; from: bigint | null; perPage: number }
);

type ParsedRead = { ok: true; read: LogRead } | { ok: false; message: string };

const own = ["page", "perPage", "view", "after"] as const;
const known: ReadonlySet<string> = new Set([...repeatableParams, ...singleParams, ...own]);

const pageLimits = { default: 50, most: 100 };
const cursorLimits = { default: 1_000, most: 10_000 };
const mostPages = 1_000_000_000;

/** A whole number from 1 on, in plain digits; undefined for anything else. */
function wholeNumber(text: string, most: number): number | undefined {
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}

/**
 * Reads the parameters of `GET /api/ee/audit`.
 * @returns what is to be read, or a message that names the parameter and says what it takes
 */
export function parseRead(params: URLSearchParams): ParsedRead {
  const no = (message: string): ParsedRead => ({ ok: false, message });
  for (const name of params.keys()) {
    if (!known.has(name))
      return no(
        `There is no parameter ${JSON.stringify(name.slice(0, 60))}. Known are ${[...known].join(", ")}.`,
      );
  }
  for (const name of own) if (params.getAll(name).length > 1) return no(`${name} may be given once only.`);
  const parsed = parseFilter(params);
  if (!parsed.ok) return no(parsed.message);
  const { filter } = parsed;
  const view = params.get("view") ?? "default";
  if (view !== "default" && view !== "full") return no("view takes full.");

  const after = params.get("after");
  const limits = after === null ? pageLimits : cursorLimits;
  const perPageText = params.get("perPage");
  const perPage = perPageText === null ? limits.default : wholeNumber(perPageText, limits.most);
  if (perPage === undefined)
    return no(`perPage takes a whole number from 1 to ${limits.most.toLocaleString("en")}.`);

  if (after !== null) {
    for (const name of ["page", "since", "until"]) {
      if (params.has(name))
        return no(`${name} cannot be combined with after: an incremental read follows the sealed order.`);
    }
    const from = after === "" ? null : cursorIndex(theOrganization, after);
    if (from === null && after !== "")
      return no(
        "after takes a cursor of X-Next-Cursor as it was sent, or nothing to begin at the oldest event.",
      );
    return { ok: true, read: { mode: "cursor", filter, view, from, perPage } };
  }
  const pageText = params.get("page");
  const page = pageText === null ? 1 : wholeNumber(pageText, mostPages);
  if (page === undefined) return no("page takes a whole number from 1 on.");
  if (pageText === null && perPageText === null) return { ok: true, read: { mode: "all", filter, view } };
  return { ok: true, read: { mode: "page", filter, view, page, perPage } };
}
