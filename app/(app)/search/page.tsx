import { randomUUID } from "node:crypto";
import { type AddressParams, readSearchAddress } from "@/components/code/search-address";
import { Page } from "@/components/ui/page";
import { searchFacts } from "@/lib/features/code-search/queries";
import { AppPage } from "../app-page";
import { load, requireUser } from "../load";
import { CodeSearch } from "./code-search";

export const metadata = { title: "Code search" };

/** A shell: what the address asks for is searched by a POST of the page, once its scripts run, or by its button. */
export default async function CodeSearchPage({ searchParams }: { searchParams: Promise<AddressParams> }) {
  const facts = await load(searchFacts, null);
  const { accountId } = await requireUser();
  return (
    <AppPage active="/search" breadcrumb={[{ label: "Code search" }]}>
      <Page title="Code search">
        <CodeSearch
          asked={readSearchAddress(await searchParams)}
          attemptId={randomUUID()}
          facts={facts}
          person={accountId}
        />
      </Page>
    </AppPage>
  );
}
