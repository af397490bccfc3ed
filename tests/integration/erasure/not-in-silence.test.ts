import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { createLogDatabase, modes } from "../append-only/databases";
import { insertEvents } from "../sealer/events-for-tests";

describe.each(modes)("in the mode %s", (mode) => {
  it("nobody is erased in silence, nor with an event of other words, and the log stays append-only after it", async () => {
    const log = await createLogDatabase(mode);
    const app = postgres(log.urls.app, { max: 1, onnotice: () => {} });
    const admin = postgres(log.urls.admin, { max: 1, onnotice: () => {} });
    const [person] =
      await admin`insert into account (email, email_key, name) values ('ada@x.example', 'ada@x.example', 'Ada') returning id`;
    const id = String(person?.id);
    const [event] = await insertEvents(admin, [
      { actor_type: "user", actor_id: id, account_id: id, actor_email: "ada@x.example" },
    ]);
    const told = (tx: postgres.TransactionSql, events: number | null) => tx`
      insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type, target_id, target_label, details, version)
      values (1, 'audit.person_erased', 'ERASE_PERSON', 'deleted', 'AuditLog', 'success', 'system', 'system', 'org', '1', 'Audit log', ${JSON.stringify(events === null ? {} : { events })}::text::jsonb, '0')`;
    const erased = (work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
      app.begin(async (tx) => {
        await tx`select audit_erase_person(1, ${id}, null)`;
        await work(tx);
      });
    const refused = { code: "42501" };
    await expect(erased(async () => {})).rejects.toMatchObject(refused);
    await expect(erased((tx) => tx`delete from account where id = ${id}`)).rejects.toMatchObject(refused);
    await expect(erased((tx) => told(tx, 1))).rejects.toMatchObject(refused);
    await expect(erased((tx) => told(tx, 7))).rejects.toMatchObject(refused);
    await expect(app.begin((tx) => told(tx, 1))).rejects.toMatchObject(refused);
    await expect(app.begin((tx) => told(tx, null))).rejects.toMatchObject(refused);
    await expect(erased((tx) => tx`set constraints all immediate`)).rejects.toMatchObject(refused);
    if (mode === "enforced")
      await expect(erased((tx) => tx`update audit_erasure set event_id = id`)).rejects.toMatchObject(refused);
    expect(
      (await admin`select actor_email from audit_event where id = ${event?.id ?? ""}`)[0]?.actor_email,
    ).toBe("ada@x.example");

    await erased(async (tx) => {
      await expect(tx.savepoint((s) => s`update audit_event set operation = 'X'`)).rejects.toMatchObject(
        refused,
      );
      await tx`delete from account where id = ${id}`;
      await told(tx, 1);
    });
    expect(
      (await admin`select actor_email, actor_salt from audit_event where id = ${event?.id ?? ""}`)[0],
    ).toEqual({ actor_email: null, actor_salt: null });
    await expect(app`update audit_event set operation = 'X'`).rejects.toMatchObject(refused);
    await app.end();
    await admin.end();
    await log.drop();
  });
});
