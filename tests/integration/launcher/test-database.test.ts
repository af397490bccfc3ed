import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("each role signs in to a test database as itself, and only maintenance may become the owner", async () => {
  for (const role of ["app", "sealer", "maintenance"] as const) {
    const sql = postgres(database.urls[role], { max: 1 });
    try {
      const [row] = await sql`select current_user as name, current_database() as db`;
      expect(row).toEqual({ name: database.roles[role], db: database.name });
      const become = sql.unsafe(`set role ${database.roles.owner}`);
      if (role === "maintenance") await become;
      else await expect(become).rejects.toThrow(/permission denied to set role/);
    } finally {
      await sql.end();
    }
  }
});
