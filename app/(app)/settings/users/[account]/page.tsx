import { randomUUID } from "node:crypto";
import Link from "next/link";
import { notFound } from "next/navigation";
import { EmptyState } from "@/components/ui/empty-state";
import { Section } from "@/components/ui/page";
import { AbsoluteTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { userAssignments } from "@/lib/features/users/role-queries";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { SearchForm } from "../../search-form";
import { RoleCard } from "../role-card";
import { listsAsked, longList, RolePages, type SearchParams } from "../role-lists";
import { standingWord } from "../standing";
import { UsersFrame } from "../users-frame";
import { UserActions } from "./user-actions";

export const metadata = { title: "User" };

interface UserProps {
  params: Promise<{ account: string }>;
  searchParams: SearchParams;
}

export default async function UserPage({ params, searchParams }: UserProps) {
  const { account } = await params;
  const lists = listsAsked(await searchParams);
  const found = await load(userAssignments, { account, ...lists });
  if (!found) notFound();
  const { user, gurus, heldRoles, assigned, unassigned } = found;
  const me = await requireUser();
  const timeZone = await timeZoneOf(me);
  const itemOf = (guru: (typeof assigned.rows)[number]) => ({
    id: guru.id,
    title: guru.name,
    note: guru.visibility === "organization" ? "Every member may ask it" : "Private",
    role: guru.role,
  });
  const address = `/settings/users/${user.id}`;
  const isSearch = lists.search !== "";
  const card = { chosen: "gurus", fixed: { accounts: user.id }, one: "guru", many: "gurus" } as const;
  return (
    <UsersFrame
      view="users"
      title={<VisibleText text={user.name} />}
      description={<VisibleText text={user.email} />}
      crumbs={[{ label: user.name }]}
    >
      <Section
        title={standingWord(user)}
        description={
          <>
            Account since{" "}
            <AbsoluteTime value={user.createdAt.toISOString()} timeZone={timeZone} precision="date" />.
            {user.mustChangePassword ? " They have not changed the password that they were given yet." : ""}
          </>
        }
      >
        {user.id === me.accountId ? (
          <p className="text-fg-2 text-sm">
            This is your own account. Change your password under{" "}
            <Link className="link" href="/settings/profile" prefetch={false}>
              Profile
            </Link>
            .
          </p>
        ) : (
          <UserActions user={user} heldRoles={heldRoles} />
        )}
      </Section>
      {user.role === "owner" ? (
        <p className="mb-5 text-fg-2 text-sm">
          The owner may do everything in every guru, with a role there or without one.
        </p>
      ) : null}
      {user.role === "owner" || user.role === "member" ? (
        <>
          {gurus > longList || isSearch ? (
            <SearchForm action={address} search={lists.search} label="Guru" />
          ) : null}
          <Section title="Gurus with a role" description="A maintainer changes the guru; a viewer asks it.">
            <RoleCard
              {...card}
              kind="assigned"
              label="Gurus with a role"
              items={assigned.rows.map(itemOf)}
              empty={
                isSearch
                  ? "No guru in which they have a role is called that."
                  : "They hold no role in any guru."
              }
              attemptIds={{ assign: randomUUID(), revoke: randomUUID() }}
            />
            <RolePages address={address} lists={lists} which="assigned" hasMore={assigned.hasMore} />
          </Section>
          <Section title="Gurus without a role">
            <RoleCard
              {...card}
              kind="unassigned"
              label="Gurus without a role"
              items={unassigned.rows.map(itemOf)}
              empty={
                isSearch
                  ? "No guru in which they have no role is called that."
                  : gurus === 0
                    ? "There is no guru yet."
                    : "They hold a role in every guru."
              }
              attemptIds={{ assign: randomUUID(), revoke: randomUUID() }}
            />
            <RolePages address={address} lists={lists} which="unassigned" hasMore={unassigned.hasMore} />
          </Section>
        </>
      ) : (
        <Section title="Gurus">
          <EmptyState
            title={user.role === "auditor" ? "An auditor holds no role in a guru" : "Only members hold roles"}
          >
            {user.role === "auditor"
              ? "Make them a member again to give them one."
              : "Let them in on the Members page first."}
          </EmptyState>
        </Section>
      )}
    </UsersFrame>
  );
}
