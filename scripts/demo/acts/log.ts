import { finishExport } from "@/lib/audit/export/progress";
import { type AuditFilter, emptyFilter } from "@/lib/audit/query/filter";
import { cancelExport } from "@/lib/features/audit-log/commands/cancel-export";
import { deleteView } from "@/lib/features/audit-log/commands/delete-view";
import { saveView } from "@/lib/features/audit-log/commands/save-view";
import { startExport } from "@/lib/features/audit-log/commands/start-export";
import { recordAuditViewed } from "@/lib/features/audit-log/commands/view-audit-logs";
import type { DemoView } from "../plan/act";
import { present } from "./accounts";
import { callOf, done, type LiveGuru, type Member, pickMaintained, type World } from "./world";

const day = 86_400_000;

/** What people look for: nothing in particular, the last days, what went wrong, what was deleted. */
function somethingOfInterest(world: World, guru: LiveGuru | undefined): AuditFilter {
  const now = world.clock.now().getTime();
  const since = (days: number): string => new Date(Math.floor((now - days * day) / day) * day).toISOString();
  const choices: readonly [AuditFilter, ...AuditFilter[]] = [
    emptyFilter,
    emptyFilter,
    { ...emptyFilter, since: since(7) },
    { ...emptyFilter, since: since(1) },
    { ...emptyFilter, actionType: ["deleted"] },
    { ...emptyFilter, actionType: ["updated"], since: since(14) },
    guru ? { ...emptyFilter, model: ["DataSource"] } : { ...emptyFilter, outcome: ["failure"] },
    guru ? { ...emptyFilter, operation: ["UPDATE_GURU"] } : { ...emptyFilter, operation: ["LOGIN_FAILED"] },
  ];
  return world.random.pick(choices);
}

/** The owner mostly reads the whole log, maintainers that of their guru. */
function logOf(world: World, member: Member): LiveGuru | undefined | null {
  if (member.role === "owner" && world.random.chance(0.8)) return undefined;
  return pickMaintained(world, member) ?? null;
}

export async function viewLog(world: World, { who }: { who: string }): Promise<void> {
  const member = await present(world, who);
  const guru = logOf(world, member);
  if (guru === null) return;
  const { principal, request } = callOf(member);
  const scope = guru ? ({ kind: "guru", slug: guru.spec.slug } as const) : ({ kind: "global" } as const);
  done(await recordAuditViewed(principal, request, scope, somethingOfInterest(world, guru)));
}

/** An export is asked for and downloaded, or cancelled before its download begins. */
export async function exportLog(
  world: World,
  { who, cancelled }: { who: string; cancelled?: boolean },
): Promise<void> {
  const member = await present(world, who);
  const guru = logOf(world, member);
  if (guru === null) return;
  const formats = [
    ["csv", 5],
    ["xlsx", 3],
    ["json", 2],
  ] as const;
  const format = world.random.weighted(formats) ?? "csv";
  const scope = guru ? { guru: guru.spec.slug } : "global";
  const input = { scope, format, filter: somethingOfInterest(world, guru) };
  const { id, rowsExpected } = done(await startExport.execute({ ...callOf(member), input }));
  if (cancelled) {
    world.clock.advanceTo(world.clock.now().getTime() + world.random.between(2_000, 9_000));
    done(await cancelExport.execute({ ...callOf(member), input: { id } }));
    return;
  }
  // Its file goes nowhere; what is left of it is that it was downloaded whole.
  const rows = rowsExpected ?? 0;
  const bytes = 90 + rows * (format === "json" ? 780 : format === "csv" ? 310 : 95);
  await finishExport(id, { rows, bytes }, null);
}

/** A filter of the whole log is kept under a name. */
export async function saveViewAct(
  world: World,
  { who, view }: { who: string; view: DemoView },
): Promise<void> {
  const call = callOf(await present(world, who));
  const { name, shared, filter, recentDays } = view;
  const range = recentDays === undefined ? {} : { recentDays };
  const input = {
    scope: { kind: "global" } as const,
    name,
    shared,
    filter: { ...emptyFilter, ...filter },
    ...range,
  };
  const { id } = done(await saveView.execute({ ...call, input }));
  world.views.set(name, id);
}

export async function deleteViewAct(
  world: World,
  { who, name }: { who: string; name: string },
): Promise<void> {
  const call = callOf(await present(world, who));
  const id = world.views.get(name);
  if (!id) throw new Error(`the demo has no view ${name}`);
  done(await deleteView.execute({ ...call, input: { scope: { kind: "global" }, id } }));
  world.views.delete(name);
}
