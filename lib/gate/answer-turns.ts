import "server-only";
import { sql } from "drizzle-orm";
import { accountOf, type Principal, type RequestFacts } from "@/lib/access/principal";
import { addressKey } from "@/lib/access/sign-in-delay";
import { refuse } from "@/lib/platform/errors";
import { runtime } from "@/lib/platform/runtime";
import { inTransaction } from "./transaction";

/**
 * Who asks, as questions are counted: a person's keys and browsers as one, a visitor of a site by the address (/64 of
 * IPv6).
 */
export function askerKey(principal: Principal, request: RequestFacts): string {
  const account = accountOf(principal);
  return account ? `account:${account}` : `address:${addressKey(request.ip) ?? "-"}`;
}

/**
 * Takes one of the answers and searches that somebody (`askerKey`) may ask for in a minute. The minute begins with its
 * first question, so that whoever is refused can be told when it ends. Counted in a transaction of its own: a question
 * that fails has taken its turn, too.
 * @throws Refusal `throttled` with the seconds to wait
 */
export async function takeAnswerTurn(principal: Principal, request: RequestFacts): Promise<void> {
  const { env, demoClock } = runtime();
  const most = env.GURULOG_ANSWERS_PER_MINUTE;
  // Nobody waits for the answers of a demo that is being filled, and a bot's questions are limited where they come in.
  if (most === 0 || demoClock || principal.kind === "system") return;
  const subject = askerKey(principal, request);
  const [turn] = await inTransaction((tx) =>
    tx.execute<{ taken: number; wait_s: number }>(sql`
      with clock as materialized (select gurulog_now() as now)
      insert into answer_turn as t (subject, started_at, taken) select ${subject}, now, 1 from clock
      on conflict (subject) do update set
        taken = case when t.started_at > excluded.started_at - interval '1 minute' then t.taken + 1 else 1 end,
        started_at = case when t.started_at > excluded.started_at - interval '1 minute' then t.started_at
          else excluded.started_at end
      returning taken, greatest(1, ceil(extract(epoch from started_at + interval '1 minute' - gurulog_now())))::int as wait_s`),
  );
  if (turn && turn.taken > most) throw tooMany(most, turn.wait_s);
}

function tooMany(most: number, retryAfterS: number) {
  const questions = most === 1 ? "one question" : `${most} questions`;
  const wait = retryAfterS === 1 ? "1 second" : `${retryAfterS} seconds`;
  return refuse("throttled", `You can ask ${questions} a minute. Ask again in ${wait}.`, { retryAfterS });
}
