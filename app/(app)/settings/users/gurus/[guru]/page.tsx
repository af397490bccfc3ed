import { randomUUID } from "node:crypto";
import { notFound } from "next/navigation";
import { Section } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { guruAssignments } from "@/lib/features/users/role-queries";
import { load } from "../../../../load";
import { SearchForm } from "../../../search-form";
import { RoleCard } from "../../role-card";
import { listsAsked, longList, RolePages, type SearchParams } from "../../role-lists";
import { UsersFrame } from "../../users-frame";

export const metadata = { title: "Guru assignments" };

interface AssignProps {
  params: Promise<{ guru: string }>;
  searchParams: SearchParams;
}

export default async function AssignUsersPage({ params, searchParams }: AssignProps) {
  const { guru: slug } = await params;
  const lists = listsAsked(await searchParams);
  const found = await load(guruAssignments, { guru: slug, ...lists });
  if (!found) notFound();
  const { guru, members, assigned, unassigned } = found;
  const itemOf = (person: (typeof assigned.rows)[number]) => ({
    id: person.id,
    title: person.name,
    note: person.email,
    role: person.role,
    ...(person.orgRole === "auditor" ? { blocked: "Auditor: can hold no role in a guru" } : {}),
  });
  const address = `/settings/users/gurus/${guru.slug}`;
  const isSearch = lists.search !== "";
  const card = { chosen: "accounts", fixed: { gurus: guru.id }, one: "person", many: "people" } as const;
  return (
    <UsersFrame
      view="gurus"
      title={<VisibleText text={guru.name} />}
      description={
        guru.visibility === "organization"
          ? "Every member may ask this guru, with a role or without one."
          : "Only people with a role may ask this guru."
      }
      crumbs={[{ label: "Guru assignments", href: "/settings/users/gurus" }, { label: guru.name }]}
    >
      {members > longList || isSearch ? <SearchForm action={address} search={lists.search} /> : null}
      <Section title="Assigned users" description="A maintainer changes the guru; a viewer asks it.">
        <RoleCard
          {...card}
          kind="assigned"
          label="Assigned users"
          items={assigned.rows.map(itemOf)}
          empty={
            isSearch
              ? "Nobody with a role here is called that."
              : "Nobody has a role in this guru. The owner can still act in it."
          }
          attemptIds={{ assign: randomUUID(), revoke: randomUUID() }}
        />
        <RolePages address={address} lists={lists} which="assigned" hasMore={assigned.hasMore} />
      </Section>
      <Section title="Unassigned users">
        <RoleCard
          {...card}
          kind="unassigned"
          label="Unassigned users"
          items={unassigned.rows.map(itemOf)}
          empty={
            isSearch ? "Nobody without a role here is called that." : "Every member has a role in this guru."
          }
          attemptIds={{ assign: randomUUID(), revoke: randomUUID() }}
        />
        <RolePages address={address} lists={lists} which="unassigned" hasMore={unassigned.hasMore} />
      </Section>
    </UsersFrame>
  );
}
