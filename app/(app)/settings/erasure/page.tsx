import { EmptyState } from "@/components/ui/empty-state";
import { Page, Section } from "@/components/ui/page";
import { erasurePreview, findPeople, pastErasures } from "@/lib/features/erasure/queries";
import { whoOf } from "@/lib/features/erasure/schemas";
import { AppPage } from "../../app-page";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";
import { ErasedPeople, ErasureDone } from "./erased-people";
import { PeopleFound, SearchPeople } from "./find-people";
import { PersonToErase } from "./person-to-erase";

export const metadata = { title: "Erase a person" };

type Search = Record<string, string | string[] | undefined>;

const mostTyped = 320;

export default async function ErasurePage({ searchParams }: { searchParams: Promise<Search> }) {
  const search = await searchParams;
  const user = await requireUser();
  const past = await load(pastErasures, null);
  const q = typeof search.q === "string" ? search.q.trim().slice(0, mostTyped) : "";
  const who = whoOf({ accountId: search.person, email: search.email });
  const preview = who ? await load(erasurePreview, who) : null;
  const found = q === "" || who ? null : await load(findPeople, q);
  const done = past.find((erasure) => erasure.id === search.done);
  const timeZone = await timeZoneOf(user);
  return (
    <AppPage
      active="/settings/erasure"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Erase a person" }]}
    >
      <Page
        narrow
        title="Erase a person"
        description="Takes away what identifies a person (GDPR, article 17). What happened stays in the log, and stays verifiable; who it was does not."
      >
        {done ? <ErasureDone erasure={done} /> : null}
        <Section title="Find the person">
          <SearchPeople q={q} />
          {found ? <PeopleFound q={q} {...found} /> : null}
          {who && preview === null ? (
            <EmptyState title="There is nobody of this kind">
              They may have been erased already. Search for them again.
            </EmptyState>
          ) : null}
        </Section>
        {preview ? <PersonToErase preview={preview} /> : null}
        <Section title="Erasures so far">
          <ErasedPeople erasures={past} timeZone={timeZone} now={new Date().toISOString()} />
        </Section>
      </Page>
    </AppPage>
  );
}
