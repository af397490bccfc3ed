import { randomUUID } from "node:crypto";
import { notFound } from "next/navigation";
import { Section } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { guruAssignments } from "@/lib/features/users/queries";
import { load } from "../../../../load";
import { RoleCard } from "../../role-card";
import { UsersFrame } from "../../users-frame";

export const metadata = { title: "Guru assignments" };

export default async function AssignUsersPage({ params }: { params: Promise<{ guru: string }> }) {
  const { guru: slug } = await params;
  const found = await load(guruAssignments, slug);
  if (!found) notFound();
  const { guru, people } = found;
  const items = people.map((person) => ({
    id: person.id,
    title: person.name,
    note: person.email,
    role: person.role,
    ...(person.orgRole === "auditor" ? { blocked: "Auditor: can hold no role in a guru" } : {}),
  }));
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
      <Section title="Assigned users" description="A maintainer changes the guru; a viewer asks it.">
        <RoleCard
          {...card}
          kind="assigned"
          label="Assigned users"
          items={items.filter((item) => item.role !== null)}
          empty="Nobody has a role in this guru. The owner can still act in it."
          attemptIds={{ assign: randomUUID(), revoke: randomUUID() }}
        />
      </Section>
      <Section title="Unassigned users">
        <RoleCard
          {...card}
          kind="unassigned"
          label="Unassigned users"
          items={items.filter((item) => item.role === null)}
          empty="Every member has a role in this guru."
          attemptIds={{ assign: randomUUID(), revoke: randomUUID() }}
        />
      </Section>
    </UsersFrame>
  );
}
