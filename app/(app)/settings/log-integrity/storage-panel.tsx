import { AbsoluteTime } from "@/components/ui/time";
import type { LogIntegrity } from "@/lib/features/log-integrity/queries";
import { Fact, Facts, Panel, Verdict } from "./facts";
import { amount, bytesText, countText, daysLeftText } from "./figures";
import { type Clock, When } from "./sealing-panels";

/** Days of weeks made ahead below which it is time to look why. */
const fewDays = 7;

export function StoragePanel({ state, clock }: { state: LogIntegrity; clock: Clock }) {
  const { size } = state;
  const time = (at: Date) => (
    <AbsoluteTime value={at.toISOString()} timeZone={clock.timeZone} precision="minutes" />
  );
  return (
    <Panel title="Storage and retention">
      <Facts>
        <Fact
          name="Log"
          hint={
            size.bytesPerEvent === null
              ? "Bytes an event: known from 1,000 events on."
              : `${countText(size.bytesPerEvent)} bytes an event, indexes and proofs included.`
          }
        >
          {bytesText(size.logBytes)} for {amount(size.events, "event")}
        </Fact>
        <Fact name="Database">{bytesText(size.databaseBytes)}</Fact>
        <Fact
          name="Days left"
          hint={
            state.disk.kind === "known"
              ? `At the pace of the last seven days, ${amount(size.growth.eventsPerDay, "event")} a day, and with the retention.`
              : null
          }
        >
          <DaysLeft state={state} />
        </Fact>
        <Fact
          name="Retention"
          hint="What expires loses its content; its place and hash stay, so that old proofs still verify."
        >
          {size.retentionDays === null ? "Kept for ever" : amount(size.retentionDays, "day")}
        </Fact>
        <Fact name="Cleanup">
          {size.retentionDays === null ? "Nothing expires" : <>Next {time(size.nextPruneAt)}</>}
          {size.lastPrunedAt ? (
            <span className="text-fg-3">
              {" "}
              (last <When at={size.lastPrunedAt} clock={clock} />)
            </span>
          ) : null}
        </Fact>
        <Fact
          name="Weeks ahead"
          hint="Made daily. Without one for its time no act can be recorded, and none is done."
        >
          {size.partitionDaysAhead < fewDays ? (
            <Verdict is="bad">{amount(size.partitionDaysAhead, "day")}: they run out</Verdict>
          ) : (
            <>
              {amount(size.partitionDaysAhead, "day")}
              {size.partitionsUntil ? (
                <span className="text-fg-3">
                  {" "}
                  (until{" "}
                  <AbsoluteTime
                    value={size.partitionsUntil.toISOString()}
                    timeZone={clock.timeZone}
                    precision="date"
                  />
                  )
                </span>
              ) : null}
            </>
          )}
        </Fact>
      </Facts>
    </Panel>
  );
}

function DaysLeft({ state: { disk } }: { state: LogIntegrity }) {
  if (disk.kind === "external")
    return <Verdict is="none">Not known: the disk of an external database is not visible from here</Verdict>;
  if (disk.kind === "unreadable")
    return <Verdict is="doubt">Not known: the database's folder cannot be looked at</Verdict>;
  const { free, total } = disk.space;
  return (
    <>
      {daysLeftText(disk.daysLeft)}
      <span className="text-fg-3">
        {" "}
        ({bytesText(free)} of {bytesText(total)} free)
      </span>
    </>
  );
}
