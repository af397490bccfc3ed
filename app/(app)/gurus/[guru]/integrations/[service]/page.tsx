import { notFound } from "next/navigation";
import { Page } from "@/components/ui/page";
import { guruIntegration } from "@/lib/features/integrations/queries";
import { load, requireUser } from "../../../../load";
import { timeZoneOf } from "../../../../time-zone";
import { GuruFrame } from "../../guru-frame";
import { ConnectForm } from "./connect-form";
import { ConnectedService } from "./connected-service";

export const metadata = { title: "Integration" };

export default async function IntegrationPage({
  params,
}: {
  params: Promise<{ guru: string; service: string }>;
}) {
  const { guru, service } = await params;
  const found = await load(guruIntegration, { guru, type: service });
  if (!found) notFound();
  const { kind, integration } = found;
  const timeZone = await timeZoneOf(await requireUser());
  return (
    <GuruFrame slug={guru} page="integrations" more={kind.title}>
      <Page narrow title={kind.title} description={kind.purpose}>
        {integration ? (
          <ConnectedService
            guru={guru}
            kind={kind}
            integration={integration}
            timeZone={timeZone}
            now={new Date().toISOString()}
          />
        ) : (
          <ConnectForm guru={guru} kind={kind} />
        )}
      </Page>
    </GuruFrame>
  );
}
