import "server-only";
import { json, sourcebotError } from "@/lib/gate/to-route";
import { viewFileCommand } from "../commands/view-file";
import { once } from "../once";
import { sourceBody } from "../schemas";
import { codeFailure, codePost, codeRoute } from "./code-door";
import { readParameters } from "./parameters";
import { type Addresses, codeHostType, fileUrl } from "./web-addresses";

/** `POST /api/source` */
export const postSource = (addresses: Addresses) =>
  codePost(sourceBody, async ({ by, body: { fileName, repository, branch } }) => {
    const input = { repository, path: fileName, revision: branch, door: "api" };
    const read = once(await viewFileCommand.execute({ ...by, input }));
    if (!read.ok) return codeFailure(read);
    const { text, language, path, repository: of } = read.value;
    const webUrl = fileUrl(addresses, of, branch ?? null, path);
    return json(200, { source: text, language: language ?? "", webUrl });
  });

/** `GET /api/source?repo=&path=&ref=` */
export const getSource = (addresses: Addresses) =>
  codeRoute("optional", async ({ request, by }) => {
    const asked = readParameters(request, ["repo", "path", "ref"]);
    if (!asked.ok) return asked.answer;
    const { repo, path, ref } = asked.values;
    if (!repo || !path)
      return sourcebotError(
        400,
        "INVALID_QUERY_PARAMS",
        `${repo ? "path" : "repo"} is missing. Name the repository by repo and the file by path.`,
      );
    const input = { repository: repo, path, revision: ref || null, door: "api" };
    const read = once(await viewFileCommand.execute({ ...by, input }));
    if (!read.ok)
      return read.code === "invalid"
        ? sourcebotError(400, "INVALID_QUERY_PARAMS", read.message)
        : codeFailure(read);
    const { text, language, repository: of } = read.value;
    return json(200, {
      source: text,
      language: language ?? "",
      path: read.value.path,
      repo: of.name,
      repoCodeHostType: codeHostType(of),
      webUrl: fileUrl(addresses, of, ref || null, read.value.path),
    });
  });
