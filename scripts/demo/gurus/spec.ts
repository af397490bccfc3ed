import type { Person } from "../team/people";

/** Settings of a guru that an edit may change. */
export interface Edit {
  name?: string;
  description?: string;
  topics?: string;
  introText?: string;
  exampleQuestions?: string[];
  instructions?: string;
  visibility?: "private" | "organization";
}

export interface GuruSpec extends Required<Edit> {
  slug: string;
  /** Who makes it, and who is asked to help; keys of people. */
  maker: Person["key"];
  maintainers: readonly Person["key"][];
  /** Working day of the month on which it is made, from 0. */
  day: number;
  /** How often it is asked, beside the others. */
  weight: number;
  /** Added in this order: some at once, the others in the course of the month. */
  texts: readonly { title: string; content: string }[];
  /** Paragraphs with which its texts are brought up to date. */
  notes: readonly string[];
  /** Made one after the other. */
  edits: readonly Edit[];
  questions: readonly string[];
}
