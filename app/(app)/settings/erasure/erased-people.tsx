import Link from "next/link";
import { FormMessage } from "@/components/forms/form-message";
import { EmptyState } from "@/components/ui/empty-state";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";

interface Erasure {
  id: string;
  eventId: string;
  events: number;
  at: string;
}

const eventAddress = (id: string) => `/settings/audit-logs?event=${id}`;
const words = (n: number) => `${n.toLocaleString("en-US")} ${n === 1 ? "event" : "events"}`;

export function ErasureDone({ erasure }: { erasure: Erasure }) {
  return (
    <FormMessage tone="info">
      The person was erased from {words(erasure.events)}.{" "}
      <Link className="link" href={eventAddress(erasure.eventId)} prefetch={false}>
        See the record
      </Link>
    </FormMessage>
  );
}

export function ErasedPeople({
  erasures,
  timeZone,
  now,
}: {
  erasures: Erasure[];
  timeZone: string;
  now: string;
}) {
  if (erasures.length === 0)
    return (
      <EmptyState title="Nobody was erased yet">Each erasure will stand here, without a name.</EmptyState>
    );
  return (
    <Table label="Erasures so far">
      <thead>
        <tr>
          <Th>When</Th>
          <Th>Events</Th>
          <Th>
            <span className="sr-only">Record</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {erasures.map((erasure) => (
          <tr key={erasure.id}>
            <Td className="whitespace-nowrap">
              <RelativeTime value={erasure.at} timeZone={timeZone} now={now} />
            </Td>
            <Td className="num">{erasure.events.toLocaleString("en-US")}</Td>
            <Td className="text-right">
              <Link className="link" href={eventAddress(erasure.eventId)} prefetch={false}>
                Record
              </Link>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
