import type postgres from "postgres";
import { signCheckpoint } from "@/lib/audit/proof/checkpoint";
import { signerFor } from "./other-key";
import type { Random } from "./random";
import type { Tampering } from "./tampered-log";

type Tx = postgres.TransactionSql;

/** Changes of the tree, of what was signed, and of both with the rows. */
export function treeTamperings(random: Random): Tampering[] {
  return [
    {
      name: "edit of a key in a tile",
      tables: ["audit_tile"],
      async change(tx, log) {
        const index = random.below(3 * 1024);
        const byte = (index % 1024) * 24 + random.below(24);
        await tx`update audit_tile set events = set_byte(events, ${byte}, 255 - get_byte(events, ${byte})) where tile = ${Math.floor(index / 1024)}`;
        return { kinds: ["proof"], index, id: String(log.events[index]?.id) };
      },
    },
    {
      name: "a deletion passed off for an expired event",
      tables: ["audit_event", "audit_tile"],
      async change(tx, log) {
        const index = 1024 + random.below(2 * 1024);
        const { id } = log.events[index] ?? { id: "" };
        await tx`delete from audit_event where id = ${id}`;
        await tx`
          update audit_tile set events = overlay(events placing int8send(1000000000000000) from ${(index % 1024) * 24 + 17}::int)
          where tile = ${Math.floor(index / 1024)}`;
        return { kinds: ["removed"], index, id };
      },
    },
    {
      name: "a key set back behind the retention",
      tables: ["audit_tile"],
      async change(tx, log) {
        const index = random.below(3 * 1024);
        await tx`
          update audit_tile set events = overlay(events placing int8send(1000000000000000) from ${(index % 1024) * 24 + 17}::int)
          where tile = ${Math.floor(index / 1024)}`;
        return { kinds: ["proof"], index, id: String(log.events[index]?.id) };
      },
    },
    {
      name: "edit of a hash in a tile",
      tables: ["audit_tile"],
      async change(tx, log) {
        const index = random.below(3 * 1024);
        const byte = (index % 1024) * 32 + random.below(32);
        await tx`update audit_tile set hashes = set_byte(hashes, ${byte}, 255 - get_byte(hashes, ${byte})) where tile = ${Math.floor(index / 1024)}`;
        return { kinds: ["proof"], index, id: String(log.events[index]?.id) };
      },
    },
    {
      name: "edit of a hash in the open tile",
      tables: ["audit_seal_tail"],
      async change(tx, log) {
        const { index, id } = random.of(log.events.slice(3 * 1024));
        await tx`update audit_seal_tail set leaf_hash = gen_random_bytes(32) where index = ${index}`;
        // Beyond the last checkpoint nothing says which of the two is right.
        return { kinds: index < 3280 ? ["proof"] : ["changed", "proof"], index, id };
      },
    },
    {
      name: "an entry of the open tile taken out",
      tables: ["audit_seal_tail"],
      async change(tx, log) {
        const { index } = random.of(log.events.slice(3 * 1024));
        await tx`delete from audit_seal_tail where index = ${index}`;
        return { kinds: ["proof"], index };
      },
    },
    {
      name: "a closed tile taken out",
      tables: ["audit_tile"],
      async change(tx) {
        const tile = random.below(3);
        await tx`delete from audit_tile where tile = ${tile}`;
        return { kinds: ["proof"], index: tile * 1024 };
      },
    },
    {
      name: "edit of a node above the tiles",
      tables: ["audit_node"],
      async change(tx) {
        const [node] = await tx<{ level: number; index: number }[]>`
          update audit_node set hash = gen_random_bytes(32)
          where (level, index) = (select level, index from audit_node order by level, index offset ${random.below(3)} limit 1)
          returning level, index::int as index`;
        return { kinds: ["proof"], index: (node?.index ?? 0) * 2 ** (node?.level ?? 0) };
      },
    },
    {
      name: "edit of a root within a tile",
      tables: ["audit_tile"],
      async change(tx) {
        const group = random.below(12);
        const byte = (group % 4) * 32 + random.below(32);
        await tx`update audit_tile set subroots = set_byte(subroots, ${byte}, 255 - get_byte(subroots, ${byte})) where tile = ${Math.floor(group / 4)}`;
        return { kinds: ["proof"], index: group * 256 };
      },
    },
    {
      name: "edit of the head's root",
      tables: ["audit_head"],
      async change(tx) {
        await tx`update audit_head set root = gen_random_bytes(32)`;
        return { kinds: ["proof"] };
      },
    },
    {
      name: "edit of the head's size",
      tables: ["audit_head"],
      async change(tx) {
        const size = 3072 + random.below(228);
        await tx`update audit_head set size = ${size}`;
        return { kinds: ["proof"], index: size };
      },
    },
    {
      name: "edit of a checkpoint's root",
      tables: ["audit_checkpoint"],
      async change(tx) {
        const [one] =
          await tx`select size from audit_checkpoint order by size offset ${random.below(4)} limit 1`;
        await tx`update audit_checkpoint set root = gen_random_bytes(32) where size = ${one?.size}`;
        return { kinds: ["checkpoint"] };
      },
    },
    {
      name: "a checkpoint signed again with another key",
      tables: ["audit_checkpoint"],
      async change(tx) {
        const [one] =
          await tx`select origin, size::int as size, root from audit_checkpoint order by size offset ${random.below(4)} limit 1`;
        const checkpoint = { origin: one?.origin, size: one?.size, root: one?.root };
        const note = signCheckpoint(checkpoint, [signerFor(checkpoint.origin)]);
        await tx`update audit_checkpoint set note = ${note} where size = ${checkpoint.size}`;
        return { kinds: ["signature"] };
      },
    },
    {
      name: "cut of the newest rows, their entries and their checkpoints",
      tables: ["audit_event", "audit_seal_tail", "audit_head", "audit_checkpoint"],
      async change(tx, log) {
        const size = 3080 + random.below(190);
        await cutTo(tx, log.events, size);
        return { kinds: ["rollback"], index: size };
      },
    },
  ];
}

/** What somebody with all rights and no key would do to make the newest events undone. */
async function cutTo(tx: Tx, events: { id: string }[], size: number): Promise<void> {
  await tx`delete from audit_event where id = any (${events.slice(size).map((e) => e.id)}::uuid[])`;
  await tx`delete from audit_seal_tail where index >= ${size}`;
  await tx`delete from audit_checkpoint where size > ${size}`;
  await tx`update audit_head set size = ${size}`;
}
