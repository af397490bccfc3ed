import "server-only";
import { sql } from "drizzle-orm";
import { mayInOrganization } from "@/lib/access/permissions";
import type { Adoption } from "@/lib/audit/proof/adoption";
import { toBase64, toHex } from "@/lib/audit/proof/bytes";
import { noteKeyId, verifierKey } from "@/lib/audit/proof/note";
import { verifiersOf } from "@/lib/audit/proof/signing-keys";
import type { AppendOnly } from "@/lib/audit/state/append-only";
import { adoptionsOf, appendOnlyNow, type LogState, logState } from "@/lib/audit/state/log-state";
import type { TroubleKind } from "@/lib/audit/trouble";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { type DatabaseMode, runtime } from "@/lib/platform/runtime";

/** A place outside the database that checkpoints or old events are written to. */
export interface OutsidePlace {
  /** As set; null when it is not. */
  path: string | null;
  /** What is wrong with it at the moment; null when nothing is known to be. */
  trouble: string | null;
}

/** Who alarms are sent to: addresses (none: the owner and the auditors) or null without a mail server. */
export interface AlarmChannels {
  mail: string[] | null;
  webhook: boolean;
}

export interface LogIntegrity extends LogState {
  appendOnly: AppendOnly;
  /** How the product was started; what holds is `appendOnly`. */
  mode: DatabaseMode;
  /** Root of the last checkpoint in base64, as notes write it. */
  root: string | null;
  /** Verifier keys of what signs at present, the current first. */
  keys: { id: string; verifierKey: string }[];
  anchor: OutsidePlace;
  archive: OutsidePlace;
  adoptions: Adoption[];
  channels: AlarmChannels;
  /** The caller may adopt a log that is not being signed. */
  mayAdopt: boolean;
}

/** Everything about the state of the log itself. For owner and auditor. */
export const logIntegrity = query<null, null, LogIntegrity>({
  allow: inOrganization("audit:verify"),
  async run({ db, principal }) {
    const { orgId } = principal;
    const [state, appendOnly, troubles, adoptions] = await Promise.all([
      logState(orgId),
      appendOnlyNow(),
      db.execute<{ kind: TroubleKind; detail: string }>(sql`select kind, detail from audit_trouble`),
      adoptionsOf(orgId),
    ]);
    const { mode, env } = runtime();
    const place = (path: string | undefined, kind: TroubleKind): OutsidePlace => ({
      path: path ?? null,
      trouble: troubles.find((t) => t.kind === kind)?.detail ?? null,
    });
    return {
      ...state,
      appendOnly,
      mode,
      root: state.seal.checkpoint && toBase64(state.seal.checkpoint.root),
      keys: verifiersOf(state.seal.origin).map((key) => ({
        id: toHex(noteKeyId(key)),
        verifierKey: verifierKey(key),
      })),
      anchor: place(env.GURULOG_ANCHOR_FILE, "anchor_unwritable"),
      archive: place(env.GURULOG_ARCHIVE_DIR, "archive_unwritable"),
      adoptions,
      channels: {
        mail: env.SMTP_URL === undefined ? null : env.GURULOG_ALARM_EMAILS,
        webhook: env.GURULOG_ALARM_WEBHOOK_URL !== undefined,
      },
      mayAdopt: mayInOrganization(principal, "audit:adopt-origin"),
    };
  },
});
