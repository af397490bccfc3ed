import "server-only";
import { fewAtOnce } from "@/lib/access/few-at-once";
import { fileChunks } from "@/lib/access/file-chunks";
import { accountOf, type Principal } from "@/lib/access/principal";
import type { ReadingLimits } from "@/lib/platform/reading-apart/limits";
import { readApart } from "@/lib/platform/reading-apart/read-apart";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import type { Fillings } from "./workbook/fill";
import {
  fillPiece,
  outlinePiece,
  type QuestionRow,
  questionPiece,
  type SheetOutline,
  type WorkbookChoices,
  type WorkbookOrder,
} from "./workbook/order";

/** The file of a workbook, as it was uploaded. */
export interface WorkbookFile {
  uploadId: string;
  sizeBytes: number;
}

/** What the reading of a workbook may take. */
export interface WorkbookLimits extends ReadingLimits {
  /** For a person who waits for it, their turn included. */
  patienceMs: number;
}

/** A workbook of the largest size takes some ten seconds. */
export const workbookLimits: WorkbookLimits = {
  ...{ memoryBytes: 1024 * 1024 * 1024, pieceMs: 60_000, wholeMs: 120_000 },
  // A connection that is silent for a minute is closed, here and by proxies.
  patienceMs: 50_000,
};
/** Processes at a time that people wait for, of all people together. */
const atOnce = 2;
/** Workbooks that one person waits for at a time: what is asked for beyond them would wait in memory. */
const atOnceForOne = 4;
const waitingSlot = Symbol.for("gurulog.workbooks-waited-for");

/**
 * Has a workbook read while a person waits, in turn with others.
 * @throws Unreadable when it takes longer than a page can wait, or the person waits for too many others
 */
export async function whileWaiting<T>(
  principal: Principal,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  { patienceMs } = workbookLimits,
): Promise<T> {
  const waitingFor = workbooksWaitedFor();
  const person = accountOf(principal) ?? "";
  const others = waitingFor.get(person) ?? 0;
  if (others >= atOnceForOne)
    throw new Unreadable(
      `You wait for ${atOnceForOne} workbooks already. Try again when one of them is done.`,
    );
  waitingFor.set(person, others + 1);
  try {
    return await inTurn(signal, work, patienceMs);
  } finally {
    const left = (waitingFor.get(person) ?? 1) - 1;
    if (left > 0) waitingFor.set(person, left);
    else waitingFor.delete(person);
  }
}

/** Their number by accounts, shared by all module graphs of the process. */
function workbooksWaitedFor(): Map<string, number> {
  const holder = globalThis as { [waitingSlot]?: Map<string, number> };
  holder[waitingSlot] ??= new Map();
  return holder[waitingSlot];
}

function inTurn<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  patienceMs: number,
): Promise<T> {
  const late = AbortSignal.timeout(patienceMs);
  return fewAtOnce("workbooks", atOnce, async () => {
    const either = AbortSignal.any([signal, late]);
    try {
      either.throwIfAborted();
      return await work(either);
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error;
      throw new Unreadable(
        "This takes longer than a page can wait. Try again when less is going on, or split the workbook.",
      );
    }
  });
}

/**
 * The sheets of a workbook with their first rows, read in a process of its own.
 * @throws Unreadable with the reason in words
 */
export async function readOutline(
  file: WorkbookFile,
  signal: AbortSignal,
  limits = workbookLimits,
): Promise<SheetOutline[]> {
  const sheets: SheetOutline[] = [];
  const reading = {
    entry: "workbook",
    order: { task: "outline" } satisfies WorkbookOrder,
    piece: outlinePiece,
  } as const;
  for await (const { sheet } of readApart({ ...reading, ...sized(file) }, fileChunks(file), signal, limits))
    sheets.push(sheet);
  return sheets;
}

export interface ReadQuestions {
  sheetName: string;
  headers: { column: number; header: string }[];
  /** Rows with a question. */
  questions: number;
  /** Of them, those in which nothing is to be filled; they are not sent. */
  rowsToSkip: number;
  rows: QuestionRow[];
}

/**
 * The questions of a workbook and the cells that their answers go into, read in a process of its own.
 * @throws Unreadable with the reason in words
 */
export async function readQuestions(
  file: WorkbookFile,
  choices: WorkbookChoices,
  signal: AbortSignal,
  limits = workbookLimits,
): Promise<ReadQuestions> {
  const read: ReadQuestions = { sheetName: "", headers: [], questions: 0, rowsToSkip: 0, rows: [] };
  const order: WorkbookOrder = { task: "questions", choices };
  const reading = { entry: "workbook", order, piece: questionPiece, ...sized(file) } as const;
  for await (const piece of readApart(reading, fileChunks(file), signal, limits)) {
    if ("rows" in piece) read.rows.push(...piece.rows);
    else Object.assign(read, piece);
  }
  return read;
}

/**
 * The workbook with texts in cells of one sheet and all else as it was, made in a process of its own.
 * @param sheet counted from 0
 * @throws Unreadable with the reason in words
 */
export async function fillApart(
  file: WorkbookFile,
  sheet: number,
  texts: Fillings,
  signal: AbortSignal,
  limits = workbookLimits,
): Promise<Buffer> {
  const order: WorkbookOrder = { task: "fill", sheet, fileBytes: file.sizeBytes };
  const further = Buffer.from(JSON.stringify(texts));
  async function* chunks() {
    yield* fileChunks(file);
    yield further;
  }
  const sizeBytes = file.sizeBytes + further.length;
  const pieces: Buffer[] = [];
  const reading = { entry: "workbook", order, piece: fillPiece, sizeBytes } as const;
  for await (const { base64 } of readApart(reading, chunks(), signal, limits))
    pieces.push(Buffer.from(base64, "base64"));
  return Buffer.concat(pieces);
}

const sized = ({ sizeBytes }: WorkbookFile) => ({ sizeBytes });
