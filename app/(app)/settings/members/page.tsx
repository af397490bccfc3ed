import type { ReactNode } from "react";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page";
import { RelativeTime } from "@/components/ui/time";
import { pageNumber } from "@/lib/access/list-page";
import { type MembersTab, membersPage, membersTabs } from "@/lib/features/members/queries";
import { AppPage } from "../../app-page";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";
import { ListPages } from "../list-pages";
import { SearchForm } from "../search-form";
import { InviteForm, InviteList } from "./invite-list";
import { MemberList } from "./member-list";
import { RequestList } from "./request-list";
import { addressOf, MembersTabs } from "./tabs";

export const metadata = { title: "Members" };

type SearchParams = Promise<Record<string, string | string[] | undefined>>;

const emptyWords: Record<MembersTab, { title: string; text: string }> = {
  members: { title: "There are no members", text: "Invite people in the list of invites." },
  requests: {
    title: "Nobody waits for an answer",
    text: "Who registers while members need approval stands here until you answer.",
  },
  invites: {
    title: "No invite is open",
    text: "Invite people above. An invite is for one address, once, for 7 days.",
  },
};

export default async function MembersPage({ searchParams }: { searchParams: SearchParams }) {
  const { tab: asked, search: sought, page } = await searchParams;
  const tab = membersTabs.find((one) => one === asked) ?? "members";
  const search = typeof sought === "string" ? sought : "";
  const user = await requireUser();
  const found = await load(membersPage, { tab, search, page: pageNumber(page) });
  const timeZone = await timeZoneOf(user);
  const now = new Date().toISOString();
  const time = (at: Date): ReactNode => (
    <RelativeTime value={at.toISOString()} timeZone={timeZone} now={now} />
  );
  const { counts, seats } = found;
  const rows = found[tab].length;
  const taken = counts.members.toLocaleString("en-US");
  return (
    <AppPage
      active="/settings/members"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Members" }]}
    >
      <Page
        title="Members"
        description={`${seats === null ? `${taken} ${counts.members === 1 ? "member" : "members"}.` : `${taken} of ${seats.toLocaleString("en-US")} seats taken.`} Whoever comes and goes is recorded.`}
      >
        <MembersTabs current={tab} counts={counts} />
        {tab === "invites" ? <InviteForm isMailOn={found.isMailOn} /> : null}
        {counts[tab] > 20 || search !== "" ? (
          <SearchForm action="/settings/members" search={search} hidden={tab === "members" ? {} : { tab }} />
        ) : null}
        {rows === 0 ? (
          search === "" && found.page === 1 ? (
            <EmptyState title={emptyWords[tab].title}>{emptyWords[tab].text}</EmptyState>
          ) : (
            <EmptyState
              title="Nobody is found"
              actions={<ButtonLink href={addressOf(tab)}>Show all</ButtonLink>}
            >
              {search === ""
                ? "This page of the list is empty by now."
                : "No name or address in this list holds what you searched for."}
            </EmptyState>
          )
        ) : null}
        {found.members.length > 0 ? <MemberList members={found.members} time={time} /> : null}
        {found.requests.length > 0 ? <RequestList requests={found.requests} time={time} /> : null}
        {found.invites.length > 0 ? (
          <InviteList invites={found.invites} time={time} isMailOn={found.isMailOn} />
        ) : null}
        <ListPages
          address="/settings/members"
          kept={{ tab: tab === "members" ? "" : tab, search }}
          page={found.page}
          hasMore={found.hasMore}
        />
      </Page>
    </AppPage>
  );
}
