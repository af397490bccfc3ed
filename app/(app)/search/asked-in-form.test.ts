import { expect, test } from "vitest";
import { askedInForm } from "./asked-in-form";

test("a form with anything in it asks for what makes sense of it", () => {
  const form = new FormData();
  form.append("query", "q\0\u202e");
  form.append("repo", new File(["x"], "x"));
  form.append("lang", "Go");
  form.append("matches", "Infinity");
  expect(askedInForm(form)).toEqual({
    query: "q\0\u202e",
    repositories: [],
    languages: ["Go"],
    matches: 100,
  });
});
