import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { assertPortFree, findFreePort } from "../../../scripts/serve/ports";

let server: Server | undefined;
afterEach(async () => {
  await new Promise((resolve) => (server?.listening ? server.close(resolve) : resolve(undefined)));
});

test("a taken port is refused in one line that says what to set, and a free one is left free", async () => {
  const port = await findFreePort("127.0.0.1");
  await assertPortFree("127.0.0.1", port);
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(port, "127.0.0.1", resolve));
  await expect(assertPortFree("127.0.0.1", port)).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is taken. Set PORT to a free one.`,
  );
});

test("an address of another machine is refused, naming HOST", async () => {
  await expect(assertPortFree("192.0.2.1", 3000)).rejects.toThrow(
    "192.0.2.1 is no address of this machine. Set HOST to one that is, such as 127.0.0.1.",
  );
});
