import Link from "next/link";
import { Page } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { integrationKinds } from "@/lib/access/integration-fields";
import { integrationTypes, isBotType } from "@/lib/access/integration-types";
import { guruIntegrations } from "@/lib/features/integrations/queries";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruFrame } from "../guru-frame";

export const metadata = { title: "Integrations" };

export default async function IntegrationsPage({ params }: { params: Promise<{ guru: string }> }) {
  const { guru } = await params;
  const { integrations } = await load(guruIntegrations, guru);
  const timeZone = await timeZoneOf(await requireUser());
  const now = new Date().toISOString();
  return (
    <GuruFrame slug={guru} page="integrations">
      <Page
        title="Integrations"
        description="Bots that answer where your team talks, and services whose content backfill jobs bring in. One of each a guru."
      >
        <Table label="Integrations">
          <thead>
            <tr>
              <Th>Service</Th>
              <Th>Status</Th>
              <Th className="max-md:hidden">Account</Th>
              <Th className="max-md:hidden">Answers in</Th>
              <Th className="max-md:hidden">Since</Th>
            </tr>
          </thead>
          <tbody>
            {integrationTypes.map((type) => {
              const { title, purpose } = integrationKinds[type];
              const found = integrations.find((each) => each.type === type);
              return (
                <tr key={type}>
                  <Td>
                    <Link
                      href={`/gurus/${guru}/integrations/${type.toLowerCase()}`}
                      className="link font-medium"
                    >
                      {title}
                    </Link>
                    <div className="text-fg-3 text-xs">{purpose}</div>
                  </Td>
                  <Td>
                    {found ? (
                      found.trouble ? (
                        <span className="text-red-fg">
                          <VisibleText text={found.trouble} />
                        </span>
                      ) : (
                        "Connected"
                      )
                    ) : (
                      <span className="text-fg-3">Not connected</span>
                    )}
                  </Td>
                  <Td className="[overflow-wrap:anywhere] max-md:hidden">
                    {found ? <VisibleText text={found.accountName} /> : null}
                  </Td>
                  <Td className="max-md:hidden">{found && isBotType(type) ? placesOf(found) : null}</Td>
                  <Td className="max-md:hidden">
                    {found ? (
                      <RelativeTime value={found.createdAt.toISOString()} timeZone={timeZone} now={now} />
                    ) : null}
                  </Td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      </Page>
    </GuruFrame>
  );
}

function placesOf({ channels, directMessages }: { channels: unknown[]; directMessages: boolean }): string {
  const count = channels.length === 1 ? "1 channel" : `${channels.length} channels`;
  if (channels.length === 0) return directMessages ? "direct messages" : "no channel yet";
  return directMessages ? `${count} and direct messages` : count;
}
