import type { AuditEventDetails } from "./types";

/** A sentence about one event, in pieces, so that the names in it can be set apart. */
type Sentence = { actor: string; middle: string; object: string; end: string };

type Phrase = {
  /** What comes after the actor when it worked, and after "tried to" in its plain form when it did not. */
  done: string;
  tried: string;
  /** Whether the object's label follows. */
  object: boolean;
};

/* Acts whose object is the actor or the organization read badly with the general form below. */
const PHRASES: Record<string, Phrase> = {
  LOGIN_SUCCESS: { done: "signed in", tried: "sign in", object: false },
  LOGIN_FAILED: { done: "tried to sign in as", tried: "sign in as", object: true },
  LOGOUT: { done: "signed out", tried: "sign out", object: false },
  REGISTER: { done: "registered", tried: "register", object: false },
  PASSWORD_CHANGED: { done: "changed the password of", tried: "change the password of", object: true },
  SECRET_READ: { done: "read the secret", tried: "read the secret", object: true },
  VIEW_AUDIT_LOGS: { done: "viewed the audit log of", tried: "view the audit log of", object: true },
  EXPORT_AUDIT_LOGS: { done: "exported the audit log of", tried: "export the audit log of", object: true },
  FETCH_AUDIT_LOGS: {
    done: "read the audit log through the API of",
    tried: "read the audit log of",
    object: true,
  },
  SAVE_AUDIT_VIEW: { done: "saved the view", tried: "save the view", object: true },
  DELETE_AUDIT_VIEW: { done: "deleted the view", tried: "delete the view", object: true },
  ASK_GURU: { done: "asked the guru", tried: "ask the guru", object: true },
  REINDEX_DATASOURCE: { done: "reindexed the data source", tried: "reindex the data source", object: true },
  CANCEL_EXCEL_JOB: { done: "cancelled the Excel job", tried: "cancel the Excel job", object: true },
  COMPLETE_EXCEL_JOB: { done: "ended the Excel job", tried: "end the Excel job", object: true },
  DOWNLOAD_EXCEL_OUTPUT: {
    done: "downloaded the answers of the Excel job",
    tried: "download the answers of the Excel job",
    object: true,
  },
  ACCESS_DENIED: { done: "was refused access to", tried: "reach", object: true },
  API_KEY_REJECTED: {
    done: "used an API key that was rejected by",
    tried: "use an API key of",
    object: true,
  },
  WEBHOOK_REJECTED: {
    done: "sent a delivery that was rejected to",
    tried: "send a delivery to",
    object: true,
  },
  INVITES_CREATED: { done: "invited", tried: "invite", object: true },
  INVITE_FAILED: { done: "invited", tried: "invite", object: true },
  INVITE_ACCEPTED: { done: "accepted the invite for", tried: "accept the invite for", object: true },
  INVITE_ACCEPT_FAILED: { done: "accepted an invite", tried: "accept an invite", object: false },
  INVITE_CANCELLED: { done: "cancelled the invite for", tried: "cancel the invite for", object: true },
  JOIN_REQUESTED: { done: "asked to join", tried: "ask to join", object: false },
  JOIN_REQUEST_FAILED: { done: "asked to join", tried: "join", object: false },
  JOIN_REQUEST_APPROVED: { done: "let in", tried: "let in", object: true },
  JOIN_REQUEST_APPROVE_FAILED: { done: "let in", tried: "let in", object: true },
  JOIN_REQUEST_REJECTED: {
    done: "rejected the request to join of",
    tried: "reject the request to join of",
    object: true,
  },
  MEMBER_JOINED: { done: "joined the organization", tried: "join the organization", object: false },
  MEMBER_LEFT: { done: "left the organization", tried: "leave the organization", object: false },
  MEMBER_REMOVED: { done: "removed the member", tried: "remove the member", object: true },
  OWNERSHIP_TRANSFERRED: {
    done: "handed over the ownership of",
    tried: "hand over the ownership of",
    object: true,
  },
  OWNERSHIP_TRANSFER_FAILED: {
    done: "handed over the ownership of",
    tried: "hand over the ownership of",
    object: true,
  },
  OWNER_CREATED: { done: "became the owner of", tried: "become the owner of", object: true },
};

/** LOGIN_FAILED of somebody who is signed in: what they gave besides their session was wrong. */
const WRONG_PROOF: Phrase = { done: "gave a wrong password or code", tried: "", object: false };

const VERBS = {
  access: { done: "accessed", tried: "access" },
  created: { done: "created", tried: "create" },
  updated: { done: "changed", tried: "change" },
  deleted: { done: "deleted", tried: "delete" },
} as const;

const MODEL_WORDS: Record<string, string> = {
  GuruType: "guru",
  DataSource: "data source",
  APIKey: "API key",
  User: "account",
  GuruRole: "role of",
  AuditLog: "audit log of",
  IntegrationBackfillJob: "backfill job",
  WidgetId: "widget",
  ExcelJob: "Excel job",
  AccountJoinRequest: "join request of",
  Session: "sessions of",
  Membership: "membership of",
};

/** "m.solberg@halden.example changed 3 fields of the guru Platform docs." */
export function eventSentence(event: AuditEventDetails): Sentence {
  const actor = actorName(event);
  const isWrongProof = event.operation === "LOGIN_FAILED" && event.actor.type === "user";
  const phrase = isWrongProof ? WRONG_PROOF : (PHRASES[event.operation] ?? general(event));
  const object = phrase.object ? event.object : "";
  if (event.outcome === "failure" && !alreadyFailed(event.operation)) {
    return { actor, middle: ` tried to ${phrase.tried}${object ? " " : ""}`, object, end: ", and failed." };
  }
  const end = event.outcome === "unknown" ? "; whether it took effect is not known." : ".";
  return { actor, middle: ` ${phrase.done}${object ? " " : ""}`, object, end };
}

function actorName(event: Pick<AuditEventDetails, "actor">): string {
  if (event.actor.type === "system") return "System";
  if (event.actor.type === "anonymous") return "Someone who was not signed in";
  return event.actor.email ?? event.actor.erased ?? event.actor.id ?? "Someone";
}

function alreadyFailed(operation: string): boolean {
  return operation === "LOGIN_FAILED" || operation === "ACCESS_DENIED" || operation === "API_KEY_REJECTED";
}

function general(event: AuditEventDetails): Phrase {
  const verb = VERBS[event.actionType];
  const noun = `the ${MODEL_WORDS[event.model] ?? wordsOf(event.model)}`;
  const fields = event.changes.length;
  if (event.actionType === "updated" && fields > 0) {
    const what = `${fields} ${fields === 1 ? "field" : "fields"} of ${noun}`;
    return { done: `changed ${what}`, tried: `change ${what}`, object: true };
  }
  return { done: `${verb.done} ${noun}`, tried: `${verb.tried} ${noun}`, object: true };
}

/** "ExcelJob" → "excel job". */
function wordsOf(model: string): string {
  return model.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}
