import type { AuditFilter } from "@/lib/audit/query/filter";
import type { BackfillStep } from "../acts/backfill-jobs";
import type { CodeStep } from "../acts/code";
import type { ExcelStep } from "../acts/excel-jobs";
import type { GuestStep } from "../acts/guests";
import type { IntegrationStep } from "../acts/integrations";
import type { SecretStep } from "../acts/secrets";
import type { VisitorStep } from "../acts/visitors";
import type { WidgetStep } from "../acts/widgets";
import type { Place } from "../acts/world";

/** Something that somebody does at a moment. What exactly (which guru, which source) is decided when it happens. */
export type Act =
  | { kind: "found" }
  | { kind: "register"; who: string }
  | { kind: "register-refused"; email: string; name: string; ip: string }
  | { kind: "sign-in"; who: string; place: Place; slips: number }
  | { kind: "sign-out"; who: string }
  | { kind: "change-password"; who: string }
  | { kind: "update-profile"; who: string; theme: "light" | "dark"; timeZone: string }
  | { kind: "forget-password"; email: string; ip: string }
  | { kind: "guess"; email: string }
  | { kind: "guest"; step: GuestStep }
  | { kind: "visitor"; step: VisitorStep }
  | { kind: "second-factor"; who: string; step: "on" | "off" }
  | { kind: "single-sign-on"; step: "joins" | "finds-no-seat" }
  | { kind: "make-guru"; slug: string }
  | { kind: "delete-guru"; slug: string }
  | { kind: "add-maintainer"; slug: string; who: string }
  | { kind: "remove-maintainer"; slug: string; who: string }
  | { kind: "edit-guru"; who: string }
  | { kind: "ask"; who: string; vote?: "up" | "down" }
  | { kind: "export-analytics"; slug: string; format: "xlsx" | "csv"; interval: "7d" | "30d" }
  | { kind: "excel-job"; slug: string; step: ExcelStep }
  | { kind: "backfill-job"; slug: string; step: BackfillStep }
  | { kind: "code"; slug: string; step: CodeStep }
  | { kind: "integration"; slug: string; step: IntegrationStep }
  | { kind: "secret"; slug: string; step: SecretStep }
  | { kind: "wander"; who: string }
  | { kind: "add-text"; who: string; slug?: string }
  | { kind: "update-text"; who: string }
  | { kind: "upload-file"; who: string }
  | { kind: "add-outline"; who: string }
  | { kind: "reindex"; who: string }
  | { kind: "delete-sources"; who: string }
  | { kind: "view-log"; who: string }
  | { kind: "export-log"; who: string; cancelled?: boolean }
  | { kind: "save-view"; who: string; view: DemoView }
  | { kind: "delete-view"; who: string; name: string }
  | { kind: "create-key"; who: string; name: string; scopes: string[]; days: number | null }
  | { kind: "create-key-again"; who: string; name: string }
  | { kind: "delete-key"; who: string; name: string }
  | { kind: "delete-key-again"; who: string; name: string }
  | { kind: "read-log-by-key"; name: string }
  | { kind: "ask-by-key"; name: string; slug: string }
  | { kind: "search-by-key"; name: string; slug: string }
  | { kind: "widget"; slug: string; step: WidgetStep }
  | { kind: "use-dead-key"; name: string; times: number }
  | { kind: "scan-with-key"; ip: string };

/** A filter that the owner keeps of the whole log. */
export interface DemoView {
  name: string;
  shared: boolean;
  filter: Partial<Pick<AuditFilter, "operation" | "actionType" | "outcome" | "model">>;
  recentDays?: 1 | 7 | 30 | 90;
}

export interface PlannedAct {
  /** Milliseconds since 1970. */
  at: number;
  act: Act;
}

/** The month that is to be filled. */
export interface Period {
  start: number;
  end: number;
}
