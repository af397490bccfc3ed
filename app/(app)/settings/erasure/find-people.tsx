import Link from "next/link";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { FoundPerson } from "@/lib/features/erasure/queries";

/** A plain form with an address of its own: works before hydration, and with the back button. */
export function SearchPeople({ q }: { q: string }) {
  return (
    <search>
      <form action="/settings/erasure" method="get" className="flex max-w-[520px] items-center gap-2">
        <input
          name="q"
          type="search"
          className="input"
          aria-label="E-mail address or name"
          placeholder="E-mail address or name"
          defaultValue={q}
          maxLength={320}
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit">Search</Button>
      </form>
    </search>
  );
}

const standings: Record<FoundPerson["standing"], string> = {
  owner: "Owner",
  auditor: "Auditor",
  member: "Member",
  none: "No membership",
  left: "Left; only the log names them",
};

/** @param props.isAddress nobody found has the text as address */
export function PeopleFound(props: {
  q: string;
  people: FoundPerson[];
  isMore: boolean;
  isAddress: boolean;
}) {
  const { q, people, isMore, isAddress } = props;
  return (
    <div className="mt-4">
      {people.length === 0 && !isAddress ? (
        <EmptyState title="Nobody was found">
          Search for a part of their name or e-mail address. For somebody who never had an account, give the
          whole address.
        </EmptyState>
      ) : null}
      {people.length > 0 ? (
        <Table label="People found">
          <thead>
            <tr>
              <Th>Person</Th>
              <Th>Standing</Th>
              <Th>
                <span className="sr-only">Choose</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <tr key={person.accountId}>
                <Td className="[overflow-wrap:anywhere]">
                  <VisibleText text={person.email} />
                  {person.name ? (
                    <div className="text-fg-2">
                      <VisibleText text={person.name} />
                    </div>
                  ) : null}
                </Td>
                <Td>{standings[person.standing]}</Td>
                <Td className="text-right">
                  <Link
                    className="link"
                    href={`/settings/erasure?person=${person.accountId}`}
                    prefetch={false}
                    aria-label={`Choose ${person.email}`}
                  >
                    Choose
                  </Link>
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
      {isMore ? <p className="mt-2 text-fg-2 text-sm">More people match. Type more of the name.</p> : null}
      {isAddress ? (
        <p className="mt-3 text-sm">
          No account has the address <VisibleText text={q} />.{" "}
          <Link className="link" href={`/settings/erasure?email=${encodeURIComponent(q)}`} prefetch={false}>
            See what the log says about it
          </Link>
        </p>
      ) : null}
    </div>
  );
}
