import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { SelectField, TextAreaField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { maxAddresses, maxCrawlPages, usualCrawlPages } from "@/lib/features/data-sources/website-schemas";
import { addWebsiteSourcesAction, startCrawlAction } from "./actions";

/** Pages by their addresses, each of which becomes a source. */
export function AddPagesForm({ guru }: { guru: string }) {
  return (
    <ActionForm
      action={addWebsiteSourcesAction}
      attemptId={randomUUID()}
      label="Add web pages"
      className="max-w-[720px]"
    >
      <input type="hidden" name="guru" value={guru} readOnly />
      <TextAreaField
        name="urls"
        label="Addresses"
        rows={4}
        spellCheck={false}
        placeholder="https://docs.example.com/start"
        hint={`One a line, at most ${maxAddresses}. Each page becomes a source; its own links are not followed.`}
      />
      <SubmitButton look="default">Add pages</SubmitButton>
    </ActionForm>
  );
}

/** Starts a search whose finds are chosen from afterwards. */
export function FindPagesForm({ guru }: { guru: string }) {
  return (
    <ActionForm
      action={startCrawlAction}
      attemptId={randomUUID()}
      label="Find the pages of a site"
      className="max-w-[720px]"
    >
      <input type="hidden" name="guru" value={guru} readOnly />
      <SelectField
        name="kind"
        label="How"
        options={[
          { value: "links", label: "From link to link, from a first page" },
          { value: "sitemap", label: "By the site’s sitemap" },
        ]}
        defaultValue="links"
      />
      <TextField
        name="url"
        label="First page or sitemap"
        type="url"
        autoComplete="off"
        placeholder="https://docs.example.com/"
        hint="Only pages of this very site are found. What its robots.txt excludes is left out."
      />
      <TextField
        name="maxPages"
        label="Pages to find at most"
        type="number"
        min={1}
        max={maxCrawlPages}
        defaultValue={usualCrawlPages}
        inputMode="numeric"
        className="max-w-[160px]"
      />
      <SubmitButton look="default">Find pages</SubmitButton>
    </ActionForm>
  );
}
