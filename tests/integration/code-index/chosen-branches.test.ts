import { afterAll, describe, expect, it } from "vitest";
import { closeSearchProcesses } from "@/lib/features/code-search/engine/search";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { changeRepositorySource } from "@/lib/features/data-sources/commands/change-repository-source";
import { testRequest as request } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { guru, indexed, member, product, sourceRow, withFetchingProduct } from "../network-sources/harness";
import { branchesOf, releases, tooMany } from "./default-for-tests";
import { codeOf, lookAgain, repositoryRow } from "./harness";
import { found } from "./tags-for-tests";

withFetchingProduct();
afterAll(() => closeSearchProcesses());

describe("branches that are chosen", () => {
  const choosing = (id: string) => async (branches: string) => {
    const input = { guru: guru.slug, id, branches };
    done(await changeRepositorySource.execute({ principal: member, request, input }));
    await indexed(id);
    await indexCode({ dataSourceId: id });
    return (await sourceRow(id)).status;
  };

  it("are searched by their names also where they stand at the commit that was read before", async () => {
    const repository = releases();
    repository.git("branch", "same");
    const id = await codeOf(repository);
    const choose = choosing(id);
    expect(await choose("same")).toBe("SUCCESS");
    expect(await branchesOf(id)).toEqual(["main (default)", "same"]);
    expect(await choose("")).toBe("SUCCESS");
    expect(await branchesOf(id)).toEqual(["main (default)"]);
    // Where several were read before, the event says that they are not any more.
    await choose("same, release");
    await choose("release");
    const [news] = (await product.events()).filter((e) => e.target_id === id).slice(-1);
    const [main, release] = ["main", "release"].map((name) => repository.git("rev-parse", name));
    expect(news?.changes).toContainEqual({
      field: "commits",
      before: [`same ${main}`, `release ${release}`],
      after: null,
    });
  });

  it("keep the name that they had where the default is another and cannot be read", async () => {
    const repository = releases();
    const id = await codeOf(repository, { include: "shared.txt" });
    repository.git("checkout", "--quiet", "--orphan", "site");
    repository.git("rm", "--quiet", "-rf", ".");
    repository.commit({ "page.txt": "of the site" });
    for (let looks = 0; looks < 2; looks++) await lookAgain(id);
    expect(await sourceRow(id)).toMatchObject({ status: "FAIL" });
    expect(await branchesOf(id)).toEqual(["main (default)"]);
    expect(await found(id, "same rev:main")).toEqual(["shared.txt"]);
  });

  it("and cannot be read do not lend their name to what was read before", async () => {
    const repository = releases();
    const id = await codeOf(repository);
    const choose = choosing(id);
    expect(await choose("relese")).toBe("FAIL");
    expect(await branchesOf(id)).toEqual(["main (default)"]);
    expect(await choose("release")).toBe("SUCCESS");
    expect(await branchesOf(id)).toEqual(["main (default)", "release"]);
    const release = repository.git("rev-parse", "release");
    expect((await sourceRow(id)).settings).toEqual({ branches: ["release"], commit: release });
    const [news] = (await product.events()).filter((e) => e.target_id === id).slice(-1);
    const before = repository.git("rev-parse", "main");
    expect(news?.changes).toContainEqual({ field: "commit", before, after: release });
    // Back to the default, which cannot be read.
    repository.git("update-ref", "refs/heads/main", tooMany(repository));
    expect(await choose("")).toBe("FAIL");
    expect(await branchesOf(id)).toEqual(["main (default)", "release"]);
    await lookAgain(id);
    expect(await branchesOf(id)).toEqual(["release (default)"]);
    expect(await found(id, "release rev:release")).toEqual(["a.txt"]);
    expect((await repositoryRow(id)).problem).toMatch(/^Its default branch main is not searched/);
  });
});
