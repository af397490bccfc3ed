import Link from "next/link";
import { Page } from "@/components/ui/page";
import { latestAlarms } from "@/lib/features/log-integrity/alarm-queries";
import { logIntegrity } from "@/lib/features/log-integrity/queries";
import { latestVerifications } from "@/lib/features/log-integrity/verification-queries";
import { AppPage } from "../../app-page";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";
import { AdoptionForm } from "./adoption-form";
import { AdoptionsSection, SigningRefused } from "./adoption-section";
import { AlarmsSection } from "./alarms-section";
import { AppendOnlyPanel } from "./append-only-panel";
import { KeysPanel, SealPanel } from "./sealing-panels";
import { StoragePanel } from "./storage-panel";
import { VerificationSection } from "./verification-section";
import { VerifyForm } from "./verify-form";

export const metadata = { title: "Log integrity" };

export default async function LogIntegrityPage() {
  const user = await requireUser();
  const state = await load(logIntegrity, null);
  const [runs, alarms, timeZone] = await Promise.all([
    load(latestVerifications, null),
    load(latestAlarms, null),
    timeZoneOf(user),
  ]);
  const clock = { timeZone, now: new Date().toISOString() };
  return (
    <AppPage
      active="/settings/log-integrity"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Log integrity" }]}
    >
      <Page
        title="Log integrity"
        description={
          <>
            Whether the{" "}
            <Link className="link" href="/settings/audit-logs" prefetch={false}>
              audit log
            </Link>{" "}
            is complete, sealed and unchanged, and how to check it without trusting this server.
          </>
        }
      >
        {state.seal.refused === null ? null : (
          <SigningRefused
            state={state}
            clock={clock}
            form={state.mayAdopt && state.seal.size > 0 ? <AdoptionForm size={state.seal.size} /> : null}
          />
        )}
        <div className="facts-panels">
          <SealPanel state={state} clock={clock} />
          <AppendOnlyPanel state={state} />
          <KeysPanel state={state} />
          <StoragePanel state={state} clock={clock} />
        </div>
        <VerificationSection runs={runs} clock={clock} form={<VerifyForm />} />
        <AlarmsSection alarms={alarms} channels={state.channels} clock={clock} />
        <AdoptionsSection state={state} clock={clock} />
      </Page>
    </AppPage>
  );
}
