import { randomUUID } from "node:crypto";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { languageModel } from "@/lib/features/ask/model/settings";
import { guruOverview, guruProfile } from "@/lib/features/gurus/queries";
import { load } from "../../load";
import { AskForm } from "./ask-form";
import { GuruFrame } from "./guru-frame";

export const metadata = { title: "Ask" };

export default async function AskPage({ params }: { params: Promise<{ guru: string }> }) {
  const { guru: slug } = await params;
  const guru = await load(guruProfile, slug);
  const { standing } = await load(guruOverview, slug);
  const about = guru.introText || guru.description;
  const topics = guru.topics.split(",").flatMap((topic) => topic.trim() || []);
  return (
    <GuruFrame slug={slug} page="ask">
      <Page
        narrow
        title={
          <span className="flex items-center gap-3">
            {guru.hasLogo ? (
              // biome-ignore lint/performance/noImgElement: a small picture of our own, behind the session
              <img
                src={`/gurus/${guru.slug}/logo`}
                alt=""
                width={32}
                height={32}
                className="rounded-control object-cover"
              />
            ) : null}
            <VisibleText text={guru.name} />
          </span>
        }
        description={
          about ? (
            <VisibleText text={about} lines />
          ) : (
            "Ask, and it answers from its sources, with the passages."
          )
        }
      >
        {topics.length > 0 ? (
          <ul className="mb-4 flex flex-wrap gap-1.5" aria-label="Topics">
            {topics.map((topic) => (
              <li key={topic} className="badge">
                <VisibleText text={topic} />
              </li>
            ))}
          </ul>
        ) : null}
        {guru.ready === 0 ? (
          <EmptyState
            title="Nothing to answer from yet"
            actions={
              standing === "maintainer" ? (
                <ButtonLink href={`/gurus/${guru.slug}/data-sources`} look="primary">
                  Open its data sources
                </ButtonLink>
              ) : undefined
            }
          >
            {standing === "maintainer"
              ? "Add a text or a file. It can be asked as soon as one source is indexed."
              : "Its maintainers have not added a source yet. Come back later."}
          </EmptyState>
        ) : null}
        <AskForm
          guru={guru.slug}
          attemptId={randomUUID()}
          examples={guru.exampleQuestions}
          isStreamed={languageModel() !== null}
        />
      </Page>
    </GuruFrame>
  );
}
