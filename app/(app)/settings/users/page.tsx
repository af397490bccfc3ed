import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Section } from "@/components/ui/page";
import { users } from "@/lib/features/users/queries";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";
import { SearchForm } from "../search-form";
import { createUserAction } from "./actions";
import { NewUser } from "./new-user";
import { UserTable } from "./user-table";
import { UsersFrame } from "./users-frame";

export const metadata = { title: "Users" };

const address = "/settings/users";
/** From here on a list is long enough to be searched. */
const longList = 20;

const accounts = (n: number) => `${n.toLocaleString("en-US")} ${n === 1 ? "account" : "accounts"}`;

type SearchParams = Promise<Record<string, string | string[] | undefined>>;

export default async function UsersPage({ searchParams }: { searchParams: SearchParams }) {
  const asked = await searchParams;
  const one = (name: string) => [asked[name] ?? []].flat()[0] ?? null;
  const search = one("search") ?? "";
  const user = await requireUser();
  const found = await load(users, { search, after: one("after"), before: one("before") });
  const timeZone = await timeZoneOf(user);
  const isSearch = search.trim() !== "";
  return (
    <UsersFrame
      view="users"
      title="Users"
      description="Accounts of this organization, and what each may do. Every change is recorded."
    >
      <Section title="Create a user" description="They are a member at once, without an invite.">
        <ActionForm
          action={createUserAction}
          attemptId={randomUUID()}
          label="Create a user"
          className="max-w-[480px]"
        >
          <NewUser />
          <TextField name="email" label="Email" type="email" autoComplete="off" />
          <TextField name="name" label="Full name" autoComplete="off" />
          <SubmitButton look="primary">Create user</SubmitButton>
        </ActionForm>
      </Section>
      <Section
        title="All users"
        description={
          isSearch
            ? `${found.matching.toLocaleString("en-US")} of ${accounts(found.total)} found`
            : accounts(found.total)
        }
      >
        {found.total > longList || isSearch ? <SearchForm action={address} search={search} /> : null}
        {found.rows.length === 0 ? (
          <EmptyState title="Nobody is found" actions={<ButtonLink href={address}>Show all</ButtonLink>}>
            No name or address holds what you searched for.
          </EmptyState>
        ) : (
          <UserTable users={found.rows} timeZone={timeZone} now={new Date().toISOString()} />
        )}
        <Pages search={isSearch ? search : ""} previous={found.previous} next={found.next} />
      </Section>
    </UsersFrame>
  );
}

/** The pages beside this one; nothing where all accounts stand on it. */
function Pages({ search, previous, next }: { search: string; previous: string | null; next: string | null }) {
  if (previous === null && next === null) return null;
  const href = (name: "after" | "before", id: string) =>
    `${address}?${new URLSearchParams({ ...(search === "" ? {} : { search }), [name]: id })}`;
  return (
    <nav aria-label="Pages" className="mt-3 flex justify-end gap-2">
      {previous === null ? null : (
        <ButtonLink href={href("before", previous)} rel="prev">
          Previous
        </ButtonLink>
      )}
      {next === null ? null : (
        <ButtonLink href={href("after", next)} rel="next">
          Next
        </ButtonLink>
      )}
    </nav>
  );
}
