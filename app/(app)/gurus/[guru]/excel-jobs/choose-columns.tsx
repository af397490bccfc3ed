"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useRef, useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { FieldFrame } from "@/components/forms/field-frame";
import { FormMessage } from "@/components/forms/form-message";
import { Button } from "@/components/ui/button";
import { useToast } from "@/components/ui/toast";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { QuestionCounts, SheetOutline } from "@/lib/features/excel-jobs/schemas";
import { createExcelJobAction } from "./actions";
import { CountsView } from "./counts-view";
import { columnOptions, guessChoices } from "./guess-columns";
import { type Choices, countQuestions } from "./look-into";

const unanswered = "The server did not answer. Reload this page to see whether the job is there.";

interface Workbook {
  uploadId: string;
  fileName: string;
  sheets: SheetOutline[];
}

/** Asks where the questions of a workbook stand and where the answers go, counts them, and starts the job. */
export function ChooseColumns({
  guru,
  workbook,
  onBack,
}: {
  guru: string;
  workbook: Workbook;
  onBack: () => void;
}) {
  const { uploadId, sheets } = workbook;
  const [choices, setChoices] = useState<Choices>(() => guessOf(sheets[0]));
  const [counts, setCounts] = useState<QuestionCounts | null>(null);
  const [busy, setBusy] = useState<"checking" | "starting" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = useRef(mintAttemptId());
  const router = useRouter();
  const toast = useToast();
  const [sheetId, rowId, questionId] = [useId(), useId(), useId()];
  const sheet = sheets.find(({ index }) => index === choices.sheet);
  const columns = sheet ? columnOptions(sheet, choices.headerRow) : [];

  /** What was counted was counted of other choices. */
  function choose(change: Partial<Choices>) {
    setChoices({ ...choices, ...change });
    setCounts(null);
    setProblem(null);
  }

  async function check(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy("checking");
    setProblem(null);
    const counted = await countQuestions(guru, uploadId, choices);
    setBusy(null);
    if (counted.ok) setCounts(counted.value);
    else setProblem(counted.message);
  }

  async function start() {
    if (busy) return;
    setBusy("starting");
    const form = new FormData();
    for (const [name, value] of Object.entries({ guru, uploadId, ...choices, attemptId: attempt.current }))
      for (const each of [value].flat()) form.append(name, String(each));
    const started = await createExcelJobAction(null, form).catch(() => null);
    setBusy(null);
    if (!started) return setProblem(unanswered);
    attempt.current = mintAttemptId();
    if (!started.ok) return setProblem(started.message);
    if (started.message) toast(started.message);
    if (started.value) router.push(`/gurus/${guru}/excel-jobs/${started.value.id}`);
    else onBack();
  }

  return (
    <form onSubmit={(event) => void check(event)} className="max-w-[720px]" aria-label="Choose columns">
      <p className="mb-3 text-sm [overflow-wrap:anywhere]">
        <VisibleText text={workbook.fileName} />
      </p>
      {problem ? <FormMessage>{problem}</FormMessage> : null}
      <div className="grid gap-x-4 md:grid-cols-2">
        <FieldFrame id={sheetId} label="Sheet" errors={[]}>
          <select
            id={sheetId}
            className="input"
            value={choices.sheet}
            onChange={(event) => {
              const next = sheets.find(({ index }) => index === Number(event.target.value));
              choose(guessOf(next));
            }}
          >
            {sheets.map(({ index, name, rows }) => (
              <option key={index} value={index}>
                {name} ({rows.toLocaleString("en-US")} {rows === 1 ? "row" : "rows"})
              </option>
            ))}
          </select>
        </FieldFrame>
        <FieldFrame
          id={rowId}
          label="Header row"
          hint="Questions stand below it. 0: there is none."
          errors={[]}
        >
          <input
            id={rowId}
            type="number"
            min={0}
            max={1_048_576}
            required
            className="input num"
            value={choices.headerRow}
            onChange={(event) => choose({ headerRow: Math.trunc(Number(event.target.value)) })}
            aria-describedby={`${rowId}-hint`}
          />
        </FieldFrame>
      </div>
      <FieldFrame id={questionId} label="Question column" errors={[]}>
        <select
          id={questionId}
          className="input"
          value={choices.questionColumn}
          onChange={(event) => {
            const questionColumn = Number(event.target.value);
            const answerColumns = choices.answerColumns.filter((column) => column !== questionColumn);
            choose({ questionColumn, answerColumns });
          }}
        >
          {columns.map(({ column, label }) => (
            <option key={column} value={column}>
              {label}
            </option>
          ))}
        </select>
      </FieldFrame>
      <fieldset className="field">
        <legend className="field-label">Answer columns</legend>
        <div className="grid max-h-56 gap-x-4 gap-y-1.5 overflow-y-auto md:grid-cols-2">
          {columns
            .filter(({ column }) => column !== choices.questionColumn)
            .map(({ column, label }) => (
              <label key={column} className="flex min-w-0 items-center gap-2.5 text-sm">
                <input
                  type="checkbox"
                  className="check"
                  checked={choices.answerColumns.includes(column)}
                  onChange={(event) => {
                    const others = choices.answerColumns.filter((chosen) => chosen !== column);
                    const next = event.target.checked ? [...others, column] : others;
                    choose({ answerColumns: next.sort((a, b) => a - b) });
                  }}
                />
                <span className="min-w-0 [overflow-wrap:anywhere]">
                  <VisibleText text={label} />
                </span>
              </label>
            ))}
        </div>
        <p className="field-hint">
          Cells that have something in them stay as they are. With several columns, each one’s header is added
          to the question.
        </p>
      </fieldset>
      {counts ? <CountsView counts={counts} /> : null}
      <div className="flex flex-wrap items-center gap-3">
        {counts && counts.answersToFill > 0 ? (
          <Button look="primary" onClick={() => void start()} aria-disabled={busy !== null || undefined}>
            {busy === "starting" ? <span className="spinner" aria-hidden="true" /> : null}
            Start answering
          </Button>
        ) : (
          <Button type="submit" look="primary" aria-disabled={busy !== null || undefined}>
            {busy === "checking" ? <span className="spinner" aria-hidden="true" /> : null}
            Check
          </Button>
        )}
        <Button look="quiet" onClick={onBack}>
          Choose another workbook
        </Button>
      </div>
    </form>
  );
}

function guessOf(sheet: SheetOutline | undefined): Choices {
  return sheet ? guessChoices(sheet) : { sheet: 0, headerRow: 1, questionColumn: 1, answerColumns: [2] };
}
