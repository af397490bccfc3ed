import { EmptyState } from "@/components/ui/empty-state";
import { Section } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { AbsoluteTime } from "@/components/ui/time";
import type { AlarmRecord } from "@/lib/features/log-integrity/alarm-queries";
import type { AlarmChannels } from "@/lib/features/log-integrity/queries";
import type { Clock } from "./sealing-panels";

const channelNames = { mail: "Mail", webhook: "Webhook" } as const;

export function AlarmsSection({
  alarms,
  channels,
  clock,
}: {
  alarms: AlarmRecord[];
  channels: AlarmChannels;
  clock: Clock;
}) {
  return (
    <Section title="Alarms" description={<Told channels={channels} />}>
      {alarms.length === 0 ? (
        <EmptyState title="No alarm so far">
          Alarms stand here with their beginning, their end and who was told.
        </EmptyState>
      ) : (
        <Table label="Alarms" className="tall-rows">
          <thead>
            <tr>
              <Th>Alarm</Th>
              <Th>Began</Th>
              <Th>Ended</Th>
              <Th>Told</Th>
            </tr>
          </thead>
          <tbody>
            {alarms.map((alarm) => (
              <tr key={alarm.id}>
                <Td className="align-top min-w-[220px]">
                  <b className="font-medium">{alarm.title}</b>
                  <div className="text-fg-2 [overflow-wrap:anywhere]">{alarm.detail}</div>
                </Td>
                <Td className="align-top whitespace-nowrap">
                  <AbsoluteTime value={alarm.raisedAt.toISOString()} timeZone={clock.timeZone} />
                </Td>
                <Td className="align-top whitespace-nowrap">
                  {alarm.clearedAt ? (
                    <AbsoluteTime value={alarm.clearedAt.toISOString()} timeZone={clock.timeZone} />
                  ) : (
                    <span className="badge deleted">Lasts</span>
                  )}
                </Td>
                <Td className="align-top">
                  {alarm.told.length === 0 ? <span className="text-fg-3">Nobody</span> : null}
                  {alarm.told.map((by) => (
                    <div key={by.channel}>
                      {channelNames[by.channel]}: {deliveryText(by)}
                      {by.lastError ? (
                        <div className="text-fg-3 text-xs [overflow-wrap:anywhere]">{by.lastError}</div>
                      ) : null}
                    </div>
                  ))}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

function deliveryText({ sent, waiting, givenUp }: AlarmRecord["told"][number]): string {
  const parts = [
    sent > 0 ? `${sent} sent` : null,
    waiting > 0 ? `${waiting} being tried` : null,
    givenUp > 0 ? `${givenUp} given up` : null,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

function Told({ channels: { mail, webhook } }: { channels: AlarmChannels }) {
  const ways = [
    mail === null
      ? null
      : mail.length > 0
        ? `by mail to ${mail.join(", ")}`
        : "by mail to the owner and the auditors",
    webhook ? "by webhook" : null,
  ].filter((way) => way !== null);
  const shown = "The owner and the auditors see what is wrong on every page. ";
  if (ways.length > 0) return `${shown}Its beginning and its end are told ${ways.join(" and ")}.`;
  return `${shown}To have it sent as well, set SMTP_URL or GURULOG_ALARM_WEBHOOK_URL.`;
}
