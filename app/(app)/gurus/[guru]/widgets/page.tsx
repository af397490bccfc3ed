import { TextField } from "@/components/forms/fields";
import { EmptyState } from "@/components/ui/empty-state";
import { Section } from "@/components/ui/page";
import { guruWidgets } from "@/lib/features/widgets/queries";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruListPage } from "../guru-list-page";
import { createWidgetAction } from "./actions";
import { WidgetList } from "./widget-list";

export const metadata = { title: "Widgets" };

export default async function WidgetsPage({ params }: { params: Promise<{ guru: string }> }) {
  const { guru } = await params;
  const { widgets } = await load(guruWidgets, guru);
  const timeZone = await timeZoneOf(await requireUser());
  return (
    <GuruListPage
      slug={guru}
      page="widgets"
      title="Widgets"
      description="An Ask button on the pages of your sites. Whoever can open such a page can ask this guru there, without signing in."
      forms={[
        {
          title: "Add a site",
          action: createWidgetAction,
          submit: "Add widget",
          fields: (
            <TextField
              name="domain"
              label="Domain"
              hint="As the browser shows it, such as https://docs.example.com. A star stands for sub-domains, as in https://*.example.com, or for any port, as in http://localhost:*."
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={200}
              className="mono"
            />
          ),
        },
      ]}
    >
      <Section title="Sites">
        {widgets.length === 0 ? (
          <EmptyState title="No site has a widget yet">
            Add a site above. You then get a snippet to put into its pages.
          </EmptyState>
        ) : (
          <WidgetList guru={guru} widgets={widgets} timeZone={timeZone} now={new Date().toISOString()} />
        )}
      </Section>
    </GuruListPage>
  );
}
