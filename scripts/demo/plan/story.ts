import type { BackfillStep } from "../acts/backfill-jobs";
import type { CodeStep } from "../acts/code";
import type { GuestStep } from "../acts/guests";
import type { IntegrationStep } from "../acts/integrations";
import type { SecretStep } from "../acts/secrets";
import type { VisitorStep } from "../acts/visitors";
import type { WidgetStep } from "../acts/widgets";
import { gurus, shortLived } from "../gurus/all";
import type { Random } from "../random";
import { colleagues, founder } from "../team/people";
import type { Act, DemoView, Period, PlannedAct } from "./act";
import { nightAt, workingTime } from "./working-time";

/** Working days by which the story counts; a shorter period tells the same story faster. */
const workingDays = 22;
const minute = 60_000;

/** What happens once: the company arrives, gurus are made, keys come and go, a stranger knocks. */
export function story(period: Period, random: Random): PlannedAct[] {
  const at = workingTime(period);
  // A little off the hour, and less than what lies between two acts of the story.
  const on = (day: number, act: Act): PlannedAct => ({
    at: at((day + 0.006 * random.next()) / workingDays),
    act,
  });
  return [
    on(0, { kind: "found" }),
    ...colleagues.map((person) => on(person.joins, { kind: "register", who: person.key })),
    ...gurusAreMade(on),
    ...keysComeAndGo(on),
    ...peopleChange(on),
    ...guestComesAndGoes(on),
    ...consultantsComeAndGo(on),
    ...viewsAreKept(on),
    ...strangersKnock(period, on),
    ...tokenIsKept(on),
    ...servicesAreTied(on),
    ...questionnairesAreAnswered(on),
    ...ticketsComeIn(on),
    ...answersAreRated(on),
    ...visitorsAsk(on),
    ...analyticsAreExported(on),
    ...codeIsSearched(on),
  ];
}

type On = (day: number, act: Act) => PlannedAct;

function gurusAreMade(on: On): PlannedAct[] {
  const joins = new Map(colleagues.map((person) => [person.key, person.joins]));
  return [...gurus, shortLived].flatMap((guru) => {
    const day = guru.day + (guru.day === 0 ? 0.45 : 0.9);
    const first = guru.texts.slice(0, 4);
    return [
      on(day, { kind: "make-guru", slug: guru.slug }),
      ...first.map((_, i) =>
        on(day + 0.02 + i * 0.015, { kind: "add-text", who: guru.maker, slug: guru.slug }),
      ),
      ...guru.maintainers.map((who, i) =>
        on(Math.max(day + 0.09, (joins.get(who) ?? 0) + 0.1) + i * 0.01, {
          kind: "add-maintainer",
          slug: guru.slug,
          who,
        }),
      ),
    ];
  });
}

function keysComeAndGo(on: On): PlannedAct[] {
  return [
    on(1.2, { kind: "create-key", who: founder.key, name: "siem-export", scopes: ["audit:read"], days: 365 }),
    on(2.1, { kind: "create-key", who: "d.okafor", name: "ci-legacy", scopes: [], days: null }),
    on(3.0, { kind: "create-key", who: "k.oduya", name: "support-bot", scopes: ["gurus"], days: 90 }),
    on(5.4, { kind: "create-key", who: "e.kowalski", name: "notebook", scopes: ["gurus"], days: 30 }),
    on(7.2, { kind: "create-key", who: "d.okafor", name: "ci-nightly", scopes: ["audit:read"], days: 90 }),
    on(7.3, { kind: "read-log-by-key", name: "ci-nightly" }),
    on(7.31, { kind: "read-log-by-key", name: "ci-nightly" }),
    on(11.6, { kind: "create-key-again", who: "d.okafor", name: "ci-nightly" }),
    on(11.7, { kind: "delete-key", who: "d.okafor", name: "ci-legacy" }),
    on(11.72, { kind: "delete-key-again", who: "d.okafor", name: "ci-legacy" }),
    on(13.5, {
      kind: "create-key",
      who: "r.petrov",
      name: "sdk-sample",
      scopes: ["gurus", "search"],
      // Whether a key has expired is decided by today's clock: one that had would not open when its turn comes.
      days: 30,
    }),
    on(14.1, { kind: "create-key-again", who: "k.oduya", name: "support-bot" }),
    on(16.8, { kind: "delete-key", who: "e.kowalski", name: "notebook" }),
    on(20.2, { kind: "delete-key", who: "d.okafor", name: "ci-nightly" }),
    on(20.4, { kind: "create-key", who: "d.okafor", name: "ci", scopes: ["gurus"], days: 180 }),
  ];
}

function guestComesAndGoes(on: On): PlannedAct[] {
  const step = (day: number, what: GuestStep): PlannedAct => on(day, { kind: "guest", step: what });
  return [
    step(5.5, "created"),
    step(5.52, "viewer-of-first"),
    step(6.3, "password-reset"),
    step(7.4, "no-viewer-of-first"),
    step(9.8, "reads-all-gurus"),
    step(10.6, "leaves-last-guru"),
    step(12.8, "auditor"),
    step(18.6, "auditor-no-more"),
    step(19.4, "deleted"),
  ];
}

/** After the last colleague has joined: who registers meanwhile needs approval. */
function consultantsComeAndGo(on: On): PlannedAct[] {
  const step = (day: number, what: VisitorStep): PlannedAct => on(day, { kind: "visitor", step: what });
  return [
    step(6.1, "approval-on"),
    step(8.2, "first-asks"),
    step(8.6, "first-approved"),
    step(9.2, "second-asks"),
    step(10.3, "second-rejected"),
    step(11.2, "second-invited"),
    step(11.8, "second-accepts"),
    step(14.7, "first-leaves"),
    step(15.3, "approval-off"),
    step(16.4, "first-returns"),
    step(18.9, "ownership"),
    step(20.7, "both-removed"),
  ];
}

function tokenIsKept(on: On): PlannedAct[] {
  const step = (day: number, what: SecretStep): PlannedAct =>
    on(day, { kind: "secret", slug: "platform-docs", step: what });
  return [step(7.45, "stored"), step(9.95, "renewed"), step(12.95, "shown"), step(17.15, "deleted")];
}

function questionnairesAreAnswered(on: On): PlannedAct[] {
  return [
    on(10.1, { kind: "excel-job", slug: "platform-docs", step: "withdrawn" }),
    on(10.15, { kind: "excel-job", slug: "platform-docs", step: "answered" }),
    on(19.1, { kind: "excel-job", slug: "support-desk", step: "answered" }),
  ];
}

function servicesAreTied(on: On): PlannedAct[] {
  const step = (day: number, what: IntegrationStep): PlannedAct =>
    on(day, { kind: "integration", slug: "platform-docs", step: what });
  return [
    step(7.83, "slack-tied"),
    step(7.87, "discord-tied"),
    step(8.13, "slack-opened"),
    step(12.77, "knocked"),
    step(16.61, "discord-untied"),
  ];
}

function ticketsComeIn(on: On): PlannedAct[] {
  const step = (day: number, what: BackfillStep): PlannedAct =>
    on(day, { kind: "backfill-job", slug: "support-desk", step: what });
  return [
    step(11.15, "made"),
    step(13.83, "due"),
    step(15.47, "by-hand"),
    step(16.33, "mistaken"),
    step(19.63, "paused"),
  ];
}

function answersAreRated(on: On): PlannedAct[] {
  return [
    on(6.85, { kind: "ask", who: "m.solberg", vote: "up" }),
    on(10.9, { kind: "ask", who: "d.okafor", vote: "up" }),
    on(15.85, { kind: "ask", who: "m.solberg", vote: "down" }),
  ];
}

function codeIsSearched(on: On): PlannedAct[] {
  const step = (day: number, what: CodeStep): PlannedAct =>
    on(day, { kind: "code", slug: "mobile-sdk", step: what });
  return [
    step(9.21, "added"),
    step(9.37, "searched"),
    step(11.92, "followed"),
    step(14.17, "by-key"),
    step(16.47, "searched"),
    step(18.53, "followed"),
  ];
}

function analyticsAreExported(on: On): PlannedAct[] {
  return [
    on(8.71, { kind: "export-analytics", slug: "platform-docs", format: "csv", interval: "7d" }),
    on(16.93, { kind: "export-analytics", slug: "platform-docs", format: "xlsx", interval: "30d" }),
  ];
}

function visitorsAsk(on: On): PlannedAct[] {
  const widget = (step: WidgetStep): Act => ({ kind: "widget", slug: "support-desk", step });
  return [
    on(8.31, widget("made")),
    on(9.42, widget("tried")),
    on(10.57, { kind: "search-by-key", name: "support-bot", slug: "support-desk" }),
    on(11.18, widget("asked")),
    on(12.36, widget("given-up")),
    on(14.83, widget("asked")),
    on(19.27, widget("asked")),
  ];
}

function viewsAreKept(on: On): PlannedAct[] {
  const who = founder.key;
  const save = (view: DemoView): Act => ({ kind: "save-view", who, view });
  return [
    on(
      4.3,
      save({ name: "Failed sign-ins", shared: true, filter: { operation: ["LOGIN_FAILED"] }, recentDays: 7 }),
    ),
    on(
      8.4,
      save({
        name: "Deleted this month",
        shared: false,
        filter: { actionType: ["deleted"] },
        recentDays: 30,
      }),
    ),
    on(12.2, save({ name: "Keys, before the audit", shared: false, filter: { model: ["APIKey"] } })),
    on(18.3, { kind: "delete-view", who, name: "Keys, before the audit" }),
  ];
}

function peopleChange(on: On): PlannedAct[] {
  return [
    on(5.1, { kind: "add-maintainer", slug: "onboarding", who: "j.lindqvist" }),
    on(9.3, { kind: "remove-maintainer", slug: "onboarding", who: "j.lindqvist" }),
    on(10.4, { kind: "add-maintainer", slug: "support-desk", who: "s.marchetti" }),
    on(12.2, { kind: "add-maintainer", slug: "data-warehouse", who: "l.haddad" }),
    on(13.3, { kind: "remove-maintainer", slug: "mobile-sdk", who: "m.solberg" }),
    on(15.6, { kind: "add-maintainer", slug: "billing-runbook", who: "a.moreau" }),
    on(18.2, { kind: "remove-maintainer", slug: "data-warehouse", who: "l.haddad" }),
    on(8.5, { kind: "add-outline", who: "b.whitaker" }),
    on(14.6, { kind: "add-outline", who: "t.mori" }),
    on(16.2, { kind: "delete-guru", slug: shortLived.slug }),
    on(6.6, { kind: "sign-in", who: "j.lindqvist", place: "phone", slips: 0 }),
    on(6.65, { kind: "sign-in", who: "j.lindqvist", place: "office", slips: 1 }),
    on(6.7, { kind: "change-password", who: "j.lindqvist" }),
    on(12.6, { kind: "change-password", who: "a.moreau" }),
    on(17.8, { kind: "change-password", who: founder.key }),
    on(8.4, { kind: "second-factor", who: "t.mori", step: "on" }),
    on(20.5, { kind: "second-factor", who: "t.mori", step: "off" }),
    on(14.35, { kind: "single-sign-on", step: "finds-no-seat" }),
    on(14.6, { kind: "single-sign-on", step: "joins" }),
    on(5.7, { kind: "update-profile", who: "t.mori", theme: "dark", timeZone: "Asia/Tokyo" }),
    on(13.7, { kind: "update-profile", who: "b.whitaker", theme: "light", timeZone: "Europe/London" }),
    on(9.1, { kind: "export-log", who: founder.key, cancelled: true }),
    on(15.1, { kind: "export-log", who: "m.solberg", cancelled: true }),
    on(3.4, { kind: "edit-guru", who: "m.solberg" }),
    on(4.3, { kind: "reindex", who: "l.haddad" }),
    on(7.6, { kind: "view-log", who: founder.key }),
    on(9.6, { kind: "upload-file", who: "e.kowalski" }),
    on(11.4, { kind: "delete-sources", who: "e.kowalski" }),
    on(12.5, { kind: "sign-out", who: "t.mori" }),
    on(4.6, { kind: "wander", who: "s.marchetti" }),
    on(10.2, { kind: "wander", who: "j.lindqvist" }),
  ];
}

const guessed = ["admin", "j.lindqvist", "i.berg", "root", "it", "m.solberg", "test", "info"];

function strangersKnock(period: Period, on: On): PlannedAct[] {
  const night = nightAt(period, 0.62);
  const burst = Array.from({ length: 46 }, (_, i): PlannedAct => {
    const name = guessed[i % guessed.length] ?? "admin";
    return {
      at: night + i * 2_700 + (i > 30 ? 4 * minute : 0),
      act: { kind: "guess", email: `${name}@halden.example` },
    };
  });
  const refused = (day: number, email: string, name: string, ip: string): PlannedAct =>
    on(day, { kind: "register-refused", email, name, ip });
  return [
    ...burst,
    { at: nightAt(period, 0.64) + 9 * minute, act: { kind: "scan-with-key", ip: "203.0.113.77" } },
    on(12.3, { kind: "use-dead-key", name: "ci-legacy", times: 6 }),
    on(13.1, { kind: "use-dead-key", name: "ci-legacy", times: 9 }),
    on(14.4, { kind: "use-dead-key", name: "ci-legacy", times: 4 }),
    on(9.8, { kind: "forget-password", email: "j.lindqvist@halden.example", ip: "203.0.113.77" }),
    on(9.801, { kind: "forget-password", email: "i.berg@halden.example", ip: "203.0.113.77" }),
    refused(4.1, "s.marchetti@halden.example", "Sofia Marchetti", "10.20.12.66"),
    refused(10.8, "i.berg@halden.example", "Ingrid B.", "198.51.100.250"),
    refused(17.2, "t.mori@halden.example", "Takumi Mori", "10.20.52.18"),
  ];
}
