import { z } from "zod";
import type { SeenMessage } from "./heard";

const person = z.object({ login: z.string(), type: z.string().optional() }).nullish();
const githubId = z.number().int().positive();
const common = {
  action: z.string(),
  /** `owner/name` */
  repository: z.object({ full_name: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/) }),
  installation: z.object({ id: z.number() }).optional(),
};
/** ISO 8601, and a time that there is. */
const time = z.iso.datetime({ offset: true }).refine((text) => !Number.isNaN(Date.parse(text)));
const issue = z.object({
  id: githubId,
  number: githubId,
  title: z.string(),
  body: z.string().nullish(),
  created_at: time,
  user: person,
});

/** What of GitHub's two events is used, by the header `X-GitHub-Event`; docs/services.md. */
export const githubDelivery = {
  issues: z.object({ ...common, issue }),
  issue_comment: z.object({
    ...common,
    issue,
    comment: z.object({ id: githubId, body: z.string().nullish(), created_at: time, user: person }),
  }),
};
export type GithubDelivery =
  | { event: "issues"; payload: z.output<typeof githubDelivery.issues> }
  | { event: "issue_comment"; payload: z.output<typeof githubDelivery.issue_comment> };

/** A new issue, or a new comment; not an edit, a closing and the like. */
export const isNews = ({ event, payload }: GithubDelivery): boolean =>
  payload.action === (event === "issues" ? "opened" : "created");

/**
 * A new issue, or a new comment below one.
 * @param slug of the App, by which people mention it
 * @returns null for edits, closings and the like
 */
export function githubMessageOf(delivery: GithubDelivery, slug: string | undefined): SeenMessage | null {
  if (!isNews(delivery)) return null;
  const { event, payload } = delivery;
  const mention =
    slug === undefined
      ? null
      : new RegExp(`(^|[^\\w/@.-])@${slug.replace(/[^\w-]/g, "\\$&")}(\\[bot\\])?(?![\\w-])`, "gi");
  const place = {
    channel: payload.repository.full_name.toLowerCase(),
    thread: String(payload.issue.number),
    after: new Date(writtenAt(delivery)).toISOString(),
  };
  if (event === "issues") {
    const { id, title, body, user } = payload.issue;
    const text = `${title}\n\n${body ?? ""}`;
    return {
      id: `issue:${id}`,
      ...place,
      ...said(text, mention),
      isFromPerson: isPerson(user),
      isOpening: true,
    };
  }
  const { id, body, user } = payload.comment;
  return {
    id: `comment:${id}`,
    ...place,
    ...said(body ?? "", mention),
    isFromPerson: isPerson(user),
    isOpening: false,
  };
}

/** When the delivery's comment or issue was written, as GitHub signed it. */
export function writtenAt({ event, payload }: GithubDelivery): number {
  return Date.parse(event === "issues" ? payload.issue.created_at : payload.comment.created_at);
}

function said(text: string, mention: RegExp | null) {
  // Whoever answers by mail or from the page quotes what was said before.
  const own = text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith(">"))
    .join("\n");
  const withoutMention = mention ? own.replace(mention, "$1") : own;
  return { text: withoutMention, mentionsBot: withoutMention !== own, isDirect: false };
}

const isPerson = (user: z.output<typeof person>): boolean =>
  user !== null && user !== undefined && user.type !== "Bot" && !user.login.endsWith("[bot]");
