import { randomUUID } from "node:crypto";
import type { FieldValue } from "./actions-post";
import type { World } from "./roles-world";

const filter = { guru: [], model: [], actor: [], actionType: [], operation: [], outcome: [] };
export const uuid = () => randomUUID();

export type Fields = Record<string, FieldValue>;

/** Views of the owner, shared in either log. */
export const viewIds = {
  global: "0199d0a4-0000-7000-8000-000000000001",
  guru: "0199d0a4-0000-7000-8000-000000000002",
} as const;

/** Values of each action for a guru: its own refusals stand where no permission does. */
export const forms: Record<string, (guru: string, world: World) => Fields> = {
  signInAction: (_, { people }) => ({ email: people.owner.email, password: "not this one, no" }),
  startOidcSignInAction: () => ({}),
  completeSignInAction: () => ({ code: "000000" }),
  startFactorAction: () => ({ currentPassword: "not this one, no" }),
  confirmFactorAction: () => ({ code: "no code", currentPassword: "not this one, no" }),
  disableFactorAction: () => ({ code: "no code" }),
  renewRecoveryCodesAction: () => ({ code: "no code" }),
  requireTwoFactorAction: () => ({}),
  revokeSessionAction: () => ({ session: "0".repeat(64) }),
  revokeOtherSessionsAction: () => ({}),
  registerAction: (_, { people }) => ({
    name: "X",
    email: people.owner.email,
    password: "a long unused one",
  }),
  completeOnboardingAction: (_, { product }) => ({
    setupToken: product.setupToken,
    organization: "Mine",
    name: "X",
    email: "x@matrix.example",
    password: "a long unused one",
  }),
  changePasswordAction: () => ({ currentPassword: "not this one, no", newPassword: "a long unused one" }),
  changePasswordAndGoOnAction: () => ({
    currentPassword: "not this one, no",
    newPassword: "a long unused one",
  }),
  requestPasswordResetAction: () => ({ email: "nobody@matrix.example" }),
  resetPasswordAction: () => ({ token: "x".repeat(43), newPassword: "a long unused one" }),
  updateProfileAction: () => ({ name: "Matrix", theme: "system", timeZone: "auto" }),
  changeEmailAction: () => ({ email: `${uuid()}@matrix.example`, currentPassword: "not this one, no" }),
  confirmEmailAction: () => ({ token: "x".repeat(43) }),
  createApiKeyAction: () => ({ name: "matrix" }),
  deleteApiKeyAction: () => ({ name: "matrix" }),
  revokeApiKeyAction: () => ({ id: uuid() }),
  createUserAction: (_, { people }) => ({ email: people.owner.email, name: "X" }),
  resetUserPasswordAction: () => ({ accountId: uuid() }),
  resetFactorAction: () => ({ accountId: uuid() }),
  deleteUserAction: () => ({ accountId: uuid() }),
  grantAuditorAction: () => ({ accountId: uuid() }),
  revokeAuditorAction: () => ({ accountId: uuid() }),
  assignGuruRolesAction: () => ({ gurus: uuid(), accounts: uuid(), role: "viewer" }),
  revokeGuruRolesAction: () => ({ gurus: uuid(), accounts: uuid() }),
  createGuruAction: () => ({ name: "Taken", slug: "guru-a" }),
  updateGuruAction: (guru) => ({ guru }),
  deleteGuruAction: (guru) => ({ guru, confirmation: "not the slug" }),
  addMaintainerAction: (guru) => ({ guru, email: "nobody@matrix.example" }),
  removeMaintainerAction: (guru) => ({ guru, accountId: uuid() }),
  addViewerAction: (guru) => ({ guru, email: "nobody@matrix.example" }),
  removeViewerAction: (guru) => ({ guru, accountId: uuid() }),
  addTextSourceAction: (guru) => ({ guru, title: "Narwhal ledger", content: "Quokka protocol" }),
  addFileSourceAction: (guru) => ({ guru, uploadId: uuid() }),
  addWebsiteSourcesAction: (guru) => ({ guru, urls: "ftp://matrix.example/" }),
  addRepositorySourceAction: (guru) => ({ guru, url: "ssh://git@matrix.example/a" }),
  changeRepositorySourceAction: (guru) => ({ guru, id: uuid() }),
  startCrawlAction: (guru) => ({ guru, kind: "links", url: "ftp://matrix.example/" }),
  stopCrawlAction: (guru) => ({ guru, id: uuid() }),
  addCrawledPagesAction: (guru) => ({ guru, id: uuid(), pages: "0" }),
  createBackfillJobAction: (guru) => ({
    guru,
    integration: uuid(),
    query: "project = X",
    intervalHours: "1",
  }),
  editBackfillJobAction: (guru) => ({ guru, id: uuid(), query: "project = X", intervalHours: "1" }),
  pauseBackfillJobAction: (guru) => ({ guru, id: uuid(), paused: "on" }),
  syncBackfillJobAction: (guru) => ({ guru, id: uuid() }),
  deleteBackfillJobAction: (guru) => ({ guru, id: uuid() }),
  reindexDataSourcesAction: (guru) => ({ guru, ids: [uuid()] }),
  deleteDataSourcesAction: (guru) => ({ guru, ids: [uuid()] }),
  searchCodeAction: () => ({ query: "file:notes", matches: "100" }),
  rateAnswerAction: (guru) => ({ guru, questionId: uuid(), vote: "up" }),
  createExcelJobAction: (guru) => ({
    ...{ guru, uploadId: uuid(), sheet: "0", headerRow: "1" },
    ...{ questionColumn: "1", answerColumns: "2" },
  }),
  cancelExcelJobAction: (guru) => ({ guru, id: uuid() }),
  deleteExcelJobAction: (guru) => ({ guru, id: uuid() }),
  // Where nothing answers.
  createIntegrationAction: (guru) => ({
    ...{ guru, type: "DISCORD", baseUrl: "http://10.0.0.1", botToken: uuid() },
  }),
  replaceCredentialsAction: (guru) => ({
    ...{ guru, id: uuid(), type: "DISCORD", baseUrl: "http://10.0.0.1", botToken: uuid() },
  }),
  editIntegrationAction: (guru) => ({ guru, id: uuid(), add: "#support", addMode: "auto" }),
  listChannelsAction: (guru) => ({ guru, id: uuid() }),
  deleteIntegrationAction: (guru) => ({ guru, id: uuid() }),
  writeSecretAction: (guru) => ({ guru, name: "MATRIX", secretValue: uuid() }),
  readSecretAction: (guru) => ({ guru, id: uuid() }),
  deleteSecretAction: (guru) => ({ guru, id: uuid() }),
  createWidgetAction: (guru) => ({ guru, domain: `https://${uuid()}.example` }),
  deleteWidgetAction: (guru) => ({ guru, id: uuid() }),
  askGuruAction: (guru) => ({ guru, question: "Which protocol?" }),
  "saveViewAction:guru": (guru) => ({ scope: "guru", guru, name: uuid(), filter: "outcome=failure" }),
  "saveViewAction:global": () => ({ scope: "global", name: uuid(), filter: "outcome=failure" }),
  "deleteViewAction:guru": (guru) => ({ scope: "guru", guru, id: viewIds.guru }),
  "deleteViewAction:global": () => ({ scope: "global", id: viewIds.global }),
  verifyLogAction: () => ({}),
  adoptOriginAction: () => ({ size: "1", confirmation: "1" }),
  erasePersonAction: () => ({ email: "never-seen@erase.example", confirmation: "never-seen@erase.example" }),
  acceptInviteAction: () => ({ token: "x".repeat(43) }),
  joinOrganizationAction: () => ({ link: "x".repeat(43) }),
  invitePeopleAction: (_, { people }) => ({ emails: people.member.email }),
  cancelInviteAction: () => ({ id: uuid() }),
  approveJoinRequestAction: () => ({ id: uuid() }),
  rejectJoinRequestAction: () => ({ id: uuid() }),
  removeMemberAction: () => ({ accountId: uuid() }),
  updateOrganizationAction: () => ({ name: "Matrix Works" }),
  renewInviteLinkAction: () => ({}),
  transferOwnershipAction: () => ({ email: `nobody-${uuid()}@matrix.example` }),
  leaveOrganizationAction: () => ({ confirmation: "no" }),
  signOutAction: () => ({}),
};

/** The actions that take a value instead of a form. */
export const calls: Record<string, (guru: string, exportId: string) => unknown> = {
  "startExportAction:guru": (slug) => ({
    scope: { kind: "guru", slug },
    format: "csv",
    filter,
    attemptId: uuid(),
  }),
  "startExportAction:global": () => ({ scope: { kind: "global" }, format: "csv", filter, attemptId: uuid() }),
  cancelExportAction: (_, id) => ({ id, attemptId: uuid() }),
  findReferencesAction: () => ({ symbolName: "protocol", attemptId: uuid() }),
  gotoDefinitionAction: () => ({ symbolName: "protocol", attemptId: uuid() }),
};
