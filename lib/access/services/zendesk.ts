import "server-only";
import { z } from "zod";
import type { ContentClient, ItemQuery } from "./items";
import type { CallLimits, ServiceAccess } from "./service-call";
import { ServiceTrouble } from "./service-trouble";
import { tokenCaller } from "./token-caller";
import { articlePage } from "./zendesk-articles";
import { ticketPage } from "./zendesk-tickets";

/** Tickets a page: the comments of each are a request of their own, and a page is kept as a whole. */
const ticketsAtOnce = 25;
const articlesAtOnce = 50;

const me = z.object({
  user: z.object({ id: z.number().nullable(), name: z.string(), email: z.string().nullish() }),
});

/**
 * Zendesk: tickets with their public comments, or articles of the help center (developer.zendesk.com/api-reference).
 * @param access.credentials `email` and `apiToken`
 */
export function zendeskClient(access: ServiceAccess, limits: CallLimits = {}): ContentClient {
  const { baseUrl } = access;
  const zendesk = tokenCaller(access, limits, { service: "Zendesk", afterEmail: "/token", problemIn });
  return {
    kind: "ZENDESK",
    async check() {
      const { user } = await zendesk.json({ path: "/api/v2/users/me", answer: me });
      // Whoever is not known is told that they are nobody.
      if (user.id === null)
        throw new ServiceTrouble(
          "credentials",
          "Zendesk refuses these credentials. Check that they are whole and still valid.",
        );
      const isSecret = access.namedSecrets?.includes(access.credentials.email ?? "");
      return zendesk.account({ accountName: isSecret ? user.name : (user.email ?? user.name) });
    },
    async checkQuery({ query, contentType }) {
      if (contentType === "articles") {
        await articlePage(zendesk, baseUrl, query, null, 1);
        return { query, label: query === "" ? "all articles" : `articles: ${query}` };
      }
      if (query === "")
        throw new ServiceTrouble("query", "Enter a search for tickets, such as status:solved tags:howto.");
      // It would answer 422 with less clear words.
      if (/(?:^|\s)-?type:/i.test(query))
        throw new ServiceTrouble("query", "Leave out type: here; what is read is chosen beside the query.");
      await ticketPage(zendesk, baseUrl, query, null, 1);
      return { query, label: `tickets: ${query}` };
    },
    page: (asked: ItemQuery, at) =>
      asked.contentType === "articles"
        ? articlePage(zendesk, baseUrl, asked.query, at, articlesAtOnce)
        : ticketPage(zendesk, baseUrl, asked.query, at, ticketsAtOnce),
  };
}

function problemIn(body: unknown): string | undefined {
  const said = z
    .object({ description: z.string().optional(), error: z.unknown(), message: z.string().optional() })
    .safeParse(body).data;
  if (!said) return undefined;
  const inner = z.object({ message: z.string() }).safeParse(said.error).data?.message;
  return (
    said.description ?? inner ?? said.message ?? (typeof said.error === "string" ? said.error : undefined)
  );
}
