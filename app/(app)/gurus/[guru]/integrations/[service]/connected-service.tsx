import { randomUUID } from "node:crypto";
import Link from "next/link";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { FormMessage } from "@/components/forms/form-message";
import { CopyButton } from "@/components/ui/copy-button";
import { Section } from "@/components/ui/page";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { IntegrationKind } from "@/lib/access/integration-fields";
import { type IntegrationChannel, isBotType } from "@/lib/access/integration-types";
import { deleteIntegrationAction } from "../actions";
import { ChannelForm } from "./channel-form";
import { ConnectForm } from "./connect-form";
import { SeenChannels } from "./seen-channels";

export interface ShownIntegration {
  id: string;
  baseUrl: string;
  accountName: string;
  channels: IntegrationChannel[];
  directMessages: boolean;
  trouble: string | null;
  createdAt: Date;
  createdBy: string | null;
  backfillJobs: number;
  webhookUrl: string | null;
  credentials: { label: string; shown: string }[] | null;
  answers: {
    posted: number;
    failed: number;
    waiting: number;
    lastFailure: { error: string | null; at: Date | null } | null;
  };
}

interface Shown {
  guru: string;
  kind: IntegrationKind;
  integration: ShownIntegration;
  timeZone: string;
  now: string;
}

/** An integration: who it is, where its bot answers, and its end. */
export function ConnectedService({ guru, kind, integration, timeZone, now }: Shown) {
  const { id, baseUrl, trouble, webhookUrl, backfillJobs } = integration;
  const jobs = backfillJobs === 1 ? "its backfill job" : `its ${backfillJobs} backfill jobs`;
  return (
    <>
      {trouble ? (
        <FormMessage>
          <VisibleText text={trouble} />
        </FormMessage>
      ) : null}
      <Section title="Account">
        <Facts integration={integration} timeZone={timeZone} now={now} />
      </Section>
      {webhookUrl ? (
        <Section title="Webhook" description={webhookHints[kind.type as "SLACK" | "GITHUB"]}>
          <div className="flex flex-wrap items-center gap-2">
            <input
              readOnly
              value={webhookUrl}
              aria-label="Webhook URL"
              className="input mono min-w-0 flex-1 basis-60"
            />
            <CopyButton text={webhookUrl} label="Copy the webhook URL" shown="Copy" className="h-9" />
          </div>
        </Section>
      ) : null}
      {isBotType(kind.type) ? (
        <Section
          title="Where the bot answers"
          description="Auto: whatever begins a conversation, and every mention. Manual: where it is mentioned. Whoever is there can ask this guru, and reads its answers."
        >
          <ChannelForm guru={guru} type={kind.type} integration={integration} />
          <SeenChannels guru={guru} id={id} attemptId={randomUUID()} />
        </Section>
      ) : (
        <Section title="Content">
          <p className="text-sm">
            <Link href={`/gurus/${guru}/backfill-jobs`} className="link">
              Backfill jobs
            </Link>{" "}
            bring its content in.
          </p>
        </Section>
      )}
      <Section
        title="Other credentials"
        description={`${kind.title} checks them; only then do they take the place of the present ones.`}
      >
        <ConnectForm guru={guru} kind={kind} present={{ id, baseUrl }} />
      </Section>
      <Section title="Delete this integration">
        <ConfirmDialog
          trigger="Delete integration"
          triggerLook="danger-quiet"
          title={`Delete the integration with ${kind.title}?`}
          confirmText="Delete integration"
          action={deleteIntegrationAction}
          attemptId={randomUUID()}
          hidden={{ guru, id }}
        >
          Its credentials are deleted{backfillJobs === 0 ? "" : `, and so are ${jobs}`}. Sources that came in
          stay.
        </ConfirmDialog>
      </Section>
    </>
  );
}

const webhookHints = {
  SLACK:
    "In the Slack app: Event Subscriptions > Request URL. Subscribe the bot to app_mention, message.channels, message.groups and message.im.",
  GITHUB:
    "In the GitHub App: General > Webhook URL, content type application/json. Subscribe to Issues and Issue comment.",
};

function Facts({ integration, timeZone, now }: Pick<Shown, "integration" | "timeZone" | "now">) {
  const { accountName, baseUrl, createdAt, createdBy, credentials, answers } = integration;
  const rows: [string, string][] = [
    ["Account", accountName],
    ["Address", baseUrl],
    ...(credentials ?? []).map(({ label, shown }): [string, string] => [label, shown]),
  ];
  const { posted, failed, waiting, lastFailure } = answers;
  return (
    <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1.5 text-sm max-md:grid-cols-1">
      {rows.map(([label, text]) => (
        <div key={label} className="contents">
          <dt className="text-fg-2">{label}</dt>
          <dd className="mono [overflow-wrap:anywhere]">
            <VisibleText text={text} />
          </dd>
        </div>
      ))}
      {credentials === null ? (
        <div className="contents">
          <dt className="text-fg-2">Credentials</dt>
          <dd className="text-red-fg">
            The key that they were encrypted with is not here any more. Enter them again below.
          </dd>
        </div>
      ) : null}
      <div className="contents">
        <dt className="text-fg-2">Connected</dt>
        <dd>
          <RelativeTime value={createdAt.toISOString()} timeZone={timeZone} now={now} />
          {createdBy ? <VisibleText text={` by ${createdBy}`} /> : null}
        </dd>
      </div>
      {posted + failed + waiting > 0 ? (
        <div className="contents">
          <dt className="text-fg-2">Answers of 30 days</dt>
          <dd>
            {posted} posted, {waiting} waiting, {failed} failed
            {lastFailure?.error ? (
              <div className="text-fg-3">
                <VisibleText text={lastFailure.error} />
              </div>
            ) : null}
          </dd>
        </div>
      ) : null}
    </dl>
  );
}
