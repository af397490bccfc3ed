import { Icon } from "@/components/ui/icon";
import { Initials } from "@/components/ui/initials";
import { visibleString } from "@/components/visible-text/tokens";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { ActorType, AuditActor } from "./types";

/** Initials for a person; a key, the gear or a dashed "?" for API key, System and Anonymous. */
export function ActorSign({ type, email }: { type: ActorType; email: string }) {
  if (type === "user") return <Initials text={email} />;
  const sign = { api_key: "key", system: "gear", anonymous: "question" } as const;
  return (
    <span className={type === "anonymous" ? "av sign dash" : "av sign"} aria-hidden="true">
      <Icon name={sign[type]} />
    </span>
  );
}

/** An e-mail with the local part dark and the domain grey. */
export function EmailText({ email }: { email: string }) {
  const at = email.lastIndexOf("@");
  if (at < 0) return <VisibleText text={email} />;
  return (
    <>
      <VisibleText text={email.slice(0, at)} />
      <span className="dom">
        <VisibleText text={email.slice(at)} />
      </span>
    </>
  );
}

function ActorText({ actor }: { actor: AuditActor }) {
  if (actor.type === "system") return "System";
  if (actor.type === "anonymous") return "Anonymous";
  if (actor.erased) return actor.erased;
  return <EmailText email={actor.email ?? actor.id ?? "-"} />;
}

export function Actor({ actor }: { actor: AuditActor }) {
  const named = actor.type === "user" || actor.type === "api_key";
  const email = actor.email ?? actor.erased ?? actor.id ?? "";
  return (
    <span className={named && !actor.erased ? "who" : "who soft"}>
      <ActorSign type={actor.erased ? "anonymous" : actor.type} email={email} />
      <span className="cut" title={named ? visibleString(email) : undefined}>
        <ActorText actor={actor} />
        {actor.type === "api_key" ? <span className="sr-only"> by API key</span> : null}
      </span>
    </span>
  );
}
