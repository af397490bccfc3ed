import { randomUUID } from "node:crypto";
import { type ActionResult, type FieldValue, postForm } from "../../e2e/support/actions-post";
import { send } from "../../e2e/support/matrix-send";
import type { Kind, Outcome } from "./ledger";

export interface Answered {
  outcome: Outcome;
  note?: string;
  /** Cookies that the answer sets, as a browser sends them back. */
  cookie?: string;
}

/** One act as it goes over the wire; the same each time it is sent again. */
export interface Request {
  kind: Kind;
  marker: string;
  about: Record<string, string>;
  cookie?: string;
  attemptId: string;
}

interface Form {
  action: string;
  fields: Record<string, FieldValue>;
  /** Where the browser is led when it is done. */
  goTo?: string;
}

function formOf({ kind, about }: Request): Form {
  const { name = "", guru = "", text = "", email = "", password = "" } = about;
  switch (kind) {
    case "create-key":
      return { action: "createApiKeyAction", fields: { name } };
    case "delete-key":
      return { action: "deleteApiKeyAction", fields: { name } };
    case "create-guru":
      return {
        action: "createGuruAction",
        fields: { name: guru, slug: guru, description: text },
        goTo: `/gurus/${guru}`,
      };
    case "update-guru":
      return { action: "updateGuruAction", fields: { guru, description: text } };
    case "delete-guru":
      return { action: "deleteGuruAction", fields: { guru, confirmation: guru }, goTo: "/gurus" };
    case "add-source":
      return { action: "addTextSourceAction", fields: { guru, title: name, content: text } };
    case "ask":
      return { action: "askGuruAction", fields: { guru, question: text } };
    case "sign-in":
      return { action: "signInAction", fields: { email, password }, goTo: "/" };
    case "fail-sign-in":
      return { action: "signInAction", fields: { email, password } };
    case "sign-out":
      return { action: "signOutAction", fields: {}, goTo: "/sign-in" };
    case "read-log":
      throw new Error("no form");
  }
}

/** Sends an act once. @returns what is known of it then; never throws */
export async function sendAct(url: string, request: Request): Promise<Answered> {
  try {
    if (request.kind === "read-log") return await readLog(url, request);
    const form = formOf(request);
    const done = await postForm(
      url,
      form.action,
      { ...form.fields, attemptId: request.attemptId },
      {
        cookie: request.cookie,
        // Each try from an address of its own: those who fail delay nobody else.
        address: request.about.address ?? "10.255.255.255",
        slug: request.about.guru ?? "none",
        headers: { "user-agent": request.marker },
      },
    );
    return outcomeOf(done, form, request.kind);
  } catch (error) {
    return { outcome: "unknown", note: error instanceof Error ? error.message : String(error) };
  }
}

function outcomeOf({ result, goTo, answer }: ActionResult, form: Form, kind: Kind): Answered {
  if (kind === "fail-sign-in") {
    // The refusal is the act: acknowledged when the answer says that the password is wrong.
    if (result?.code === "unauthenticated") return { outcome: "done" };
  } else if (form.goTo === undefined ? result?.ok === true : goTo === form.goTo) {
    const cookie = [answer.headers["set-cookie"] ?? []]
      .flat()
      .map((line) => line.split(";")[0])
      .join("; ");
    return cookie === "" ? { outcome: "done" } : { outcome: "done", cookie };
  }
  const note = `${answer.status} ${goTo ?? ""} ${result?.code ?? ""} ${result?.message ?? answer.text.slice(0, 200)}`;
  // Only what says that nothing was done is a refusal; a busy attempt, a broken answer, a fault may be either.
  const isPromise =
    result?.ok === false && result.code !== "busy" && !/Look whether it was done/.test(result.message ?? "");
  return { outcome: isPromise ? "refused" : "unknown", note };
}

async function readLog(url: string, { marker, about }: Request): Promise<Answered> {
  const answer = await send(url, "/api/ee/audit?page=1&perPage=3", {
    headers: { "x-org-domain": "~", "x-sourcebot-api-key": about.key ?? "", "user-agent": marker },
  });
  if (answer.status === 200) return { outcome: "done" };
  return { outcome: "unknown", note: `${answer.status} ${answer.text.slice(0, 200)}` };
}

export const newAttempt = (): string => randomUUID();
