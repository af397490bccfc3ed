import { closeCounters } from "@/lib/gate/counted";
import { inTransaction } from "@/lib/gate/transaction";
import type { Act, PlannedAct } from "../plan/act";
import * as accounts from "./accounts";
import * as analytics from "./analytics";
import * as backfillJobs from "./backfill-jobs";
import * as code from "./code";
import * as excelJobs from "./excel-jobs";
import * as guests from "./guests";
import * as gurus from "./gurus";
import * as integrations from "./integrations";
import * as keys from "./keys";
import * as log from "./log";
import * as profiles from "./profiles";
import * as secondFactor from "./second-factor";
import * as secrets from "./secrets";
import * as singleSignOn from "./single-sign-on";
import * as sources from "./sources";
import * as visitors from "./visitors";
import * as widgets from "./widgets";
import type { World } from "./world";

type Handlers = { [K in Act["kind"]]: (world: World, act: Extract<Act, { kind: K }>) => Promise<void> };

const handlers: Handlers = {
  found: accounts.found,
  register: accounts.registerColleague,
  "register-refused": accounts.registrationRefused,
  "sign-in": accounts.signInAct,
  "sign-out": accounts.signOutAct,
  "change-password": accounts.changePasswordAct,
  "update-profile": profiles.updateProfileAct,
  "forget-password": profiles.forgetPassword,
  guess: accounts.guess,
  guest: guests.guestAct,
  visitor: visitors.visitorAct,
  "second-factor": secondFactor.secondFactorAct,
  "single-sign-on": singleSignOn.singleSignOnAct,
  "make-guru": gurus.makeGuru,
  "delete-guru": gurus.deleteGuruAct,
  "add-maintainer": gurus.addMaintainerAct,
  "remove-maintainer": gurus.removeMaintainerAct,
  "edit-guru": gurus.editGuru,
  ask: gurus.ask,
  "export-analytics": analytics.exportAnalyticsAct,
  "excel-job": excelJobs.excelJobAct,
  "backfill-job": backfillJobs.backfillAct,
  code: code.codeAct,
  integration: integrations.integrationAct,
  secret: secrets.secretAct,
  wander: gurus.wander,
  "add-text": sources.addText,
  "update-text": sources.updateText,
  "upload-file": sources.uploadFile,
  "add-outline": sources.addOutline,
  reindex: sources.reindex,
  "delete-sources": sources.deleteSources,
  "view-log": log.viewLog,
  "export-log": log.exportLog,
  "save-view": log.saveViewAct,
  "delete-view": log.deleteViewAct,
  "create-key": keys.createKey,
  "create-key-again": keys.createKeyAgain,
  "delete-key": keys.deleteKey,
  "delete-key-again": keys.deleteKeyAgain,
  "read-log-by-key": keys.readLogByKey,
  "ask-by-key": keys.askByKey,
  "search-by-key": widgets.searchByKey,
  widget: widgets.widgetAct,
  "use-dead-key": keys.useDeadKey,
  "scan-with-key": keys.scanWithKey,
};

/** Does an act at its moment, after what was counted in minutes that are over has become events. */
export async function perform(world: World, { at, act }: PlannedAct): Promise<void> {
  await closeMinutes(world, at);
  world.clock.advanceTo(at);
  const handler = handlers[act.kind] as (world: World, act: Act) => Promise<void>;
  try {
    await handler(world, act);
  } catch (error) {
    throw new Error(`the demo could not ${act.kind}`, { cause: error });
  }
}

/**
 * What the worker does each minute: counted tries become events.
 * @param until milliseconds since 1970; a minute that ends later is left
 */
export async function closeMinutes(world: World, until: number): Promise<void> {
  if (!world.counting) return;
  const minute = 60_000;
  const closes = (Math.floor(world.clock.now().getTime() / minute) + 1) * minute + 2_000;
  if (closes > until) return;
  world.clock.advanceTo(closes);
  while ((await inTransaction(closeCounters)) > 0);
  world.counting = false;
}
