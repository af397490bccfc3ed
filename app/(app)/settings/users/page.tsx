import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { Section } from "@/components/ui/page";
import { users } from "@/lib/features/users/queries";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";
import { createUserAction } from "./actions";
import { NewUser } from "./new-user";
import { UserTable } from "./user-table";
import { UsersFrame } from "./users-frame";

export const metadata = { title: "Users" };

export default async function UsersPage() {
  const user = await requireUser();
  const all = await load(users, null);
  const timeZone = await timeZoneOf(user);
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
      <Section title="All users" description={`${all.length} ${all.length === 1 ? "account" : "accounts"}`}>
        <UserTable users={all} timeZone={timeZone} now={new Date().toISOString()} />
      </Section>
    </UsersFrame>
  );
}
