import { codeRoutes } from "./matrix-code-routes";
import { type Role, roles } from "./roles-world";

export type Row = Record<Role, string>;

/** Reads a table of text: a name, then one cell for each role; `#` begins a heading. */
function table(text: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const line of text.split("\n")) {
    const [name, ...cells] = line.trim().split(/ {2,}/);
    if (!name || name === "#") continue;
    if (cells.length !== roles.length) throw new Error(`${name} needs ${roles.length} cells`);
    if (rows.has(name)) throw new Error(`${name} stands here twice`);
    rows.set(name, Object.fromEntries(roles.map((role, at) => [role, cells[at]])) as Row);
  }
  return rows;
}

/**
 * Every page. A number is the status; `in` a redirect to the sign-in page; a path a redirect there.
 * Guru pages are asked of guru A, whose maintainer and viewer have roles; `foreign` maintains another guru.
 */
export const pageTable = table(`
  #                                anonymous  owner              auditor               member             maintainer         viewer             foreign            removed            pending            outsider
  /                                in         /gurus             /settings/audit-logs  /gurus             /gurus             /gurus             /gurus             /pending           /pending           /pending
  /gurus                           in         200                404                   200                200                200                200                /pending           /pending           /pending
  /gurus/new                       in         200                404                   200                200                200                200                /pending           /pending           /pending
  /search                          in         200                200                   200                200                200                200                /pending           /pending           /pending
  /browse/[...where]               in         200                404                   404                200                200                404                /pending           /pending           /pending
  /gurus/[guru]                    in         200                404                   404                200                200                404                /pending           /pending           /pending
  /gurus/[guru]/analytics          in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/audit-logs         in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/backfill-jobs      in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/backfill-jobs/[job]  in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/data-sources       in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/data-sources/[id]  in         200                404                   404                200                200                404                /pending           /pending           /pending
  /gurus/[guru]/data-sources/searches/[search]  in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/excel-jobs         in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/excel-jobs/[excelJob]  in     200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/integrations       in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/integrations/[service]  in    200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/secrets            in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/widgets            in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/settings           in         200                404                   404                200                403                404                /pending           /pending           /pending
  /gurus/[guru]/team               in         200                404                   404                200                403                404                /pending           /pending           /pending
  /settings                        in         /settings/profile  /settings/profile     /settings/profile  /settings/profile  /settings/profile  /settings/profile  /settings/profile  /settings/profile  /settings/profile
  /settings/members                in         200                404                   404                404                404                404                /pending           /pending           /pending
  /settings/organization           in         200                200                   200                200                200                200                /pending           /pending           /pending
  /invite/[token]                  200        200                200                   200                200                200                200                200                200                200
  /join/[token]                    200        200                200                   200                200                200                200                200                200                200
  /settings/users                  in         200                404                   404                404                404                404                /pending           /pending           /pending
  /settings/users/[account]        in         200                404                   404                404                404                404                /pending           /pending           /pending
  /settings/users/gurus            in         200                404                   404                404                404                404                /pending           /pending           /pending
  /settings/users/gurus/[guru]     in         200                404                   404                404                404                404                /pending           /pending           /pending
  /settings/activity               in         200                200                   200                200                200                200                /pending           /pending           /pending
  /settings/api-keys               in         200                200                   200                200                200                200                /pending           /pending           /pending
  /settings/audit-logs             in         200                200                   404                404                404                404                /pending           /pending           /pending
  /settings/erasure                in         200                404                   404                404                404                404                /pending           /pending           /pending
  /settings/log-integrity          in         200                200                   404                404                404                404                /pending           /pending           /pending
  /settings/profile                in         200                200                   200                200                200                200                /pending           /pending           /pending
  /settings/security               in         200                200                   200                200                200                200                /pending           /pending           /pending
  /two-factor                      in         200                200                   200                200                200                200                200                200                200
  /sign-in/second-step             in         /                  /                     /                  /                  /                  /                  /                  /                  /
  /change-password                 in         200                200                   200                200                200                200                200                200                200
  /confirm-email/[token]           in         200                200                   200                200                200                200                200                200                200
  /forgot-password                 200        200                200                   200                200                200                200                200                200                200
  /onboarding                      in         in                 in                    in                 in                 in                 in                 in                 in                 in
  /pending                         in         /                  /                     /                  /                  /                  /                  200                200                200
  /register                        200        /                  /                     /                  /                  /                  /                  /                  /                  /
  /reset-password/[token]          200        200                200                   200                200                200                200                200                200                200
  /sign-in                         200        /                  /                     /                  /                  /                  /                  /                  /                  /
`);

/**
 * Every method of every route, with the session cookie alone. `in` as above, numbers are statuses. Of an export it is
 * the owner's own that everybody asks for.
 */
export const routeTable = table(`
  #                                    anonymous  owner  auditor  member  maintainer  viewer  foreign  removed  pending  outsider
  GET /gurus/[guru]/logo               in         200    404      404     200         200     404      404      404      404
  POST /uploads                        401        201    404      404     201         403     404      404      404      404
  POST /excel-jobs/workbook            401        404    404      404     404         403     404      404      404      404
  POST /excel-jobs/[excelJob]/output   401        409    404      404     409         403     404      404      404      404
  POST /answers                        401        200    404      404     200         200     404      404      404      404
  POST /exports/analytics              401        200    404      404     200         403     404      404      404      404
  POST /proofs                         401        200    404      404     200         403     404      404      404      404
  GET /audit/choices                   401        200    404      404     200         403     404      404      404      404
  GET /audit/newer                     401        200    404      404     200         403     404      404      404      404
  POST /exports                        401        201    404      404     201         403     404      404      404      404
  HEAD /exports/[id]                   401        200    404      404     404         404     404      404      404      404
  GET /exports/[id]/status             401        200    404      404     404         404     404      404      404      404
  GET /exports/[id]                    401        200    404      404     404         404     404      404      404      404
  GET /exports/[id]/manifest           401        200    404      404     404         404     404      404      404      404
  GET /api/ee/audit                    401        200    200      403     403         403     403      404      404      404
  HEAD /api/ee/audit                   401        200    200      403     403         403     403      404      404      404
  POST /api/ee/audit                   405        405    405      405     405         405     405      405      405      405
  PUT /api/ee/audit                    405        405    405      405     405         405     405      405      405      405
  PATCH /api/ee/audit                  405        405    405      405     405         405     405      405      405      405
  DELETE /api/ee/audit                 405        405    405      405     405         405     405      405      405      405
  GET /api/ee/audit/actions            200        200    200      200     200         200     200      200      200      200
  GET /api/ee/audit/schema             200        200    200      200     200         200     200      200      200      200
  GET /api/ee/audit/checkpoint         401        200    200      403     403         403     403      404      404      404
  HEAD /api/ee/audit/checkpoint        401        200    200      403     403         403     403      404      404      404
  POST /api/ee/audit/checkpoint        405        405    405      405     405         405     405      405      405      405
  PUT /api/ee/audit/checkpoint         405        405    405      405     405         405     405      405      405      405
  PATCH /api/ee/audit/checkpoint       405        405    405      405     405         405     405      405      405      405
  DELETE /api/ee/audit/checkpoint      405        405    405      405     405         405     405      405      405      405
  GET /api/ee/audit/consistency        401        200    200      403     403         403     403      404      404      404
  HEAD /api/ee/audit/consistency       401        200    200      403     403         403     403      404      404      404
  POST /api/ee/audit/consistency       405        405    405      405     405         405     405      405      405      405
  PUT /api/ee/audit/consistency        405        405    405      405     405         405     405      405      405      405
  PATCH /api/ee/audit/consistency      405        405    405      405     405         405     405      405      405      405
  DELETE /api/ee/audit/consistency     405        405    405      405     405         405     405      405      405      405
  GET /api/ee/audit/proof              401        200    200      403     403         403     403      404      404      404
  HEAD /api/ee/audit/proof             401        200    200      403     403         403     403      404      404      404
  POST /api/ee/audit/proof             405        405    405      405     405         405     405      405      405      405
  PUT /api/ee/audit/proof              405        405    405      405     405         405     405      405      405      405
  PATCH /api/ee/audit/proof            405        405    405      405     405         405     405      405      405      405
  DELETE /api/ee/audit/proof           405        405    405      405     405         405     405      405      405      405
  GET /api/ee/audit/tile/[...tile]     401        200    200      403     403         403     403      404      404      404
  HEAD /api/ee/audit/tile/[...tile]    401        200    200      403     403         403     403      404      404      404
  POST /api/ee/audit/tile/[...tile]    405        405    405      405     405         405     405      405      405      405
  PUT /api/ee/audit/tile/[...tile]     405        405    405      405     405         405     405      405      405      405
  PATCH /api/ee/audit/tile/[...tile]   405        405    405      405     405         405     405      405      405      405
  DELETE /api/ee/audit/tile/[...tile]  405        405    405      405     405         405     405      405      405      405
  ${codeRoutes}
  POST /api/v1/[guru]/analytics/export    401     401    401      401     401         401     401      401      401      401
  GET /api/v1/[guru]/analytics/export     405     405    405      405     405         405     405      405      405      405
  PUT /api/v1/[guru]/analytics/export     405     405    405      405     405         405     405      405      405      405
  PATCH /api/v1/[guru]/analytics/export   405     405    405      405     405         405     405      405      405      405
  DELETE /api/v1/[guru]/analytics/export  405     405    405      405     405         405     405      405      405      405
  POST /api/v1/[guru]/answer                  401      401      401      401      401      401      401      401      401      401
  GET /api/v1/[guru]/answer                   405      405      405      405      405      405      405      405      405      405
  PUT /api/v1/[guru]/answer                   405      405      405      405      405      405      405      405      405      405
  PATCH /api/v1/[guru]/answer                 405      405      405      405      405      405      405      405      405      405
  DELETE /api/v1/[guru]/answer                405      405      405      405      405      405      405      405      405      405
  POST /api/v1/[guru]/semantic-search         401      401      401      401      401      401      401      401      401      401
  GET /api/v1/[guru]/semantic-search          405      405      405      405      405      405      405      405      405      405
  PUT /api/v1/[guru]/semantic-search          405      405      405      405      405      405      405      405      405      405
  PATCH /api/v1/[guru]/semantic-search        405      405      405      405      405      405      405      405      405      405
  DELETE /api/v1/[guru]/semantic-search       405      405      405      405      405      405      405      405      405      405
  POST /api/v1/[guru]/data-sources/reindex    401      401      401      401      401      401      401      401      401      401
  GET /api/v1/[guru]/data-sources/reindex     405      405      405      405      405      405      405      405      405      405
  PUT /api/v1/[guru]/data-sources/reindex     405      405      405      405      405      405      405      405      405      405
  PATCH /api/v1/[guru]/data-sources/reindex   405      405      405      405      405      405      405      405      405      405
  DELETE /api/v1/[guru]/data-sources/reindex  405      405      405      405      405      405      405      405      405      405
  GET /api/v1/[guru]/data-sources             401      401      401      401      401      401      401      401      401      401
  HEAD /api/v1/[guru]/data-sources            401      401      401      401      401      401      401      401      401      401
  POST /api/v1/[guru]/data-sources            401      401      401      401      401      401      401      401      401      401
  DELETE /api/v1/[guru]/data-sources          401      401      401      401      401      401      401      401      401      401
  PUT /api/v1/[guru]/data-sources             405      405      405      405      405      405      405      405      405      405
  PATCH /api/v1/[guru]/data-sources           405      405      405      405      405      405      405      405      405      405
  GET /widget/guru                            401      401      401      401      401      401      401      401      401      401
  OPTIONS /widget/guru                        401      401      401      401      401      401      401      401      401      401
  POST /widget/ask                            401      401      401      401      401      401      401      401      401      401
  OPTIONS /widget/ask                         401      401      401      401      401      401      401      401      401      401
  GET /widget/icon/[widget]                   404      404      404      404      404      404      404      404      404      404
  POST /api/webhooks/slack/[id]        401        401    401      401     401         401     401      401      401      401
  POST /api/webhooks/github/[id]       401        401    401      401     401         401     401      401      401      401
  GET /api/health                      200        200    200      200     200         200     200      200      200      200
  GET /metrics                         404        404    404      404     404         404     404      404      404      404
  GET /api/[[...unknown]]              404        404    404      404     404         404     404      404      404      404
  HEAD /api/[[...unknown]]             404        404    404      404     404         404     404      404      404      404
  OPTIONS /api/[[...unknown]]          404        404    404      404     404         404     404      404      404      404
  POST /api/[[...unknown]]             404        404    404      404     404         404     404      404      404      404
  PUT /api/[[...unknown]]              404        404    404      404     404         404     404      404      404      404
  PATCH /api/[[...unknown]]            404        404    404      404     404         404     404      404      404      404
  DELETE /api/[[...unknown]]           404        404    404      404     404         404     404      404      404      404
  GET /api/auth/[...nextauth]          404        404    404      404     404         404     404      404      404      404
  HEAD /api/auth/[...nextauth]         404        404    404      404     404         404     404      404      404      404
  POST /api/auth/[...nextauth]         404        404    404      404     404         404     404      404      404      404
  PUT /api/auth/[...nextauth]          404        404    404      404     404         404     404      404      404      404
  PATCH /api/auth/[...nextauth]        404        404    404      404     404         404     404      404      404      404
  DELETE /api/auth/[...nextauth]       404        404    404      404     404         404     404      404      404      404
  GET /.well-known/[[...unknown]]      404        404    404      404     404         404     404      404      404      404
  HEAD /.well-known/[[...unknown]]     404        404    404      404     404         404     404      404      404      404
  OPTIONS /.well-known/[[...unknown]]  404        404    404      404     404         404     404      404      404      404
  POST /.well-known/[[...unknown]]     404        404    404      404     404         404     404      404      404      404
  PUT /.well-known/[[...unknown]]      404        404    404      404     404         404     404      404      404      404
  PATCH /.well-known/[[...unknown]]    404        404    404      404     404         404     404      404      404      404
  DELETE /.well-known/[[...unknown]]   404        404    404      404     404         404     404      404      404      404
`);

/**
 * Every server action, of guru A where it takes a guru, with values that the act itself refuses where that can be (`no`).
 * `in`: sign in first; 403 and 404: the permission check's answers; `ok`: done; a path: done, and led there.
 * What follows a colon tells rows of one action apart.
 */
export const actionTable = table(`
  #                            anonymous  owner     auditor   member    maintainer  viewer    foreign   removed   pending   outsider
  signInAction                 no         no        no        no        no          no        no        no        no        no
  startOidcSignInAction        no         no        no        no        no          no        no        no        no        no
  completeSignInAction         no         no        no        no        no          no        no        no        no        no
  startFactorAction            in         no        no        no        no          no        no        no        no        no
  confirmFactorAction          in         no        no        no        no          no        no        no        no        no
  disableFactorAction          in         no        no        no        no          no        no        no        no        no
  renewRecoveryCodesAction     in         no        no        no        no          no        no        no        no        no
  requireTwoFactorAction       in         ok        404       404       404         404       404       404       404       404
  revokeSessionAction          in         no        no        no        no          no        no        no        no        no
  revokeOtherSessionsAction    in         no        no        no        no          no        no        no        no        no
  registerAction               no         no        no        no        no          no        no        no        no        no
  completeOnboardingAction     no         no        no        no        no          no        no        no        no        no
  changePasswordAction         in         no        no        no        no          no        no        no        no        no
  changePasswordAndGoOnAction  in         no        no        no        no          no        no        no        no        no
  requestPasswordResetAction   no         no        no        no        no          no        no        no        no        no
  resetPasswordAction          no         no        no        no        no          no        no        no        no        no
  updateProfileAction          in         ok        ok        ok        ok          ok        ok        ok        ok        ok
  changeEmailAction            in         no        no        no        no          no        no        no        no        no
  confirmEmailAction           in         no        no        no        no          no        no        no        no        no
  createApiKeyAction           in         ok        ok        ok        ok          ok        ok        404       404       404
  deleteApiKeyAction           in         ok        ok        ok        ok          ok        ok        404       404       404
  revokeApiKeyAction           in         no        404       404       404         404       404       404       404       404
  createUserAction             in         no        404       404       404         404       404       404       404       404
  resetUserPasswordAction      in         no        404       404       404         404       404       404       404       404
  resetFactorAction            in         no        404       404       404         404       404       404       404       404
  deleteUserAction             in         no        404       404       404         404       404       404       404       404
  grantAuditorAction           in         no        404       404       404         404       404       404       404       404
  revokeAuditorAction          in         no        404       404       404         404       404       404       404       404
  assignGuruRolesAction        in         no        404       404       404         404       404       404       404       404
  revokeGuruRolesAction        in         no        404       404       404         404       404       404       404       404
  createGuruAction             in         no        404       no        no          no        no        404       404       404
  updateGuruAction             in         ok        404       404       ok          403       404       404       404       404
  deleteGuruAction             in         no        404       404       no          403       404       404       404       404
  addMaintainerAction          in         no        404       404       no          403       404       404       404       404
  removeMaintainerAction       in         no        404       404       no          403       404       404       404       404
  addViewerAction              in         no        404       404       no          403       404       404       404       404
  removeViewerAction           in         no        404       404       no          403       404       404       404       404
  addTextSourceAction          in         no        404       404       no          403       404       404       404       404
  addFileSourceAction          in         no        404       404       no          403       404       404       404       404
  addWebsiteSourcesAction      in         no        404       404       no          403       404       404       404       404
  addRepositorySourceAction    in         no        404       404       no          403       404       404       404       404
  changeRepositorySourceAction  in        no        404       404       no          403       404       404       404       404
  startCrawlAction             in         no        404       404       no          403       404       404       404       404
  stopCrawlAction              in         no        404       404       no          403       404       404       404       404
  addCrawledPagesAction        in         no        404       404       no          403       404       404       404       404
  reindexDataSourcesAction     in         no        404       404       no          403       404       404       404       404
  deleteDataSourcesAction      in         no        404       404       no          403       404       404       404       404
  createBackfillJobAction      in         no        404       404       no          403       404       404       404       404
  editBackfillJobAction        in         no        404       404       no          403       404       404       404       404
  pauseBackfillJobAction       in         no        404       404       no          403       404       404       404       404
  syncBackfillJobAction        in         no        404       404       no          403       404       404       404       404
  deleteBackfillJobAction      in         no        404       404       no          403       404       404       404       404
  askGuruAction                in         ok        404       404       ok          ok        404       404       404       404
  rateAnswerAction             in         no        404       404       no          no        404       404       404       404
  searchCodeAction             in        ok        ok        ok        ok          ok        ok        404       404       404
  findReferencesAction         in        ok        ok        ok        ok          ok        ok        404       404       404
  gotoDefinitionAction         in        ok        ok        ok        ok          ok        ok        404       404       404
  createExcelJobAction         in         no        404       404       no          403       404       404       404       404
  cancelExcelJobAction         in         no        404       404       no          403       404       404       404       404
  deleteExcelJobAction         in         no        404       404       no          403       404       404       404       404
  createIntegrationAction      in         no        404       404       no          403       404       404       404       404
  replaceCredentialsAction     in         no        404       404       no          403       404       404       404       404
  editIntegrationAction        in         no        404       404       no          403       404       404       404       404
  listChannelsAction           in         no        404       404       no          403       404       404       404       404
  deleteIntegrationAction      in         no        404       404       no          403       404       404       404       404
  writeSecretAction            in         ok        404       404       ok          403       404       404       404       404
  readSecretAction             in         no        404       404       no          403       404       404       404       404
  deleteSecretAction           in         no        404       404       no          403       404       404       404       404
  createWidgetAction           in         ok        404       404       ok          403       404       404       404       404
  deleteWidgetAction           in         no        404       404       no          403       404       404       404       404
  startExportAction:guru       in         ok        404       404       ok          403       404       404       404       404
  startExportAction:global     in         ok        ok        404       404         404       404       404       404       404
  cancelExportAction           in         ok        404       404       404         404       404       404       404       404
  saveViewAction:guru          in         ok        404       404       ok          403       404       404       404       404
  saveViewAction:global        in         ok        ok        403       403         403       403       403       403       403
  deleteViewAction:guru        in         ok        404       404       ok          403       404       404       404       404
  deleteViewAction:global      in         ok        403       403       403         403       403       403       403       403
  erasePersonAction            in         no        404       404       404         404       404       404       404       404
  verifyLogAction              in         ok        ok        404       404         404       404       404       404       404
  adoptOriginAction            in         no        404       404       404         404       404       404       404       404
  acceptInviteAction           in         no        no        no        no          no        no        no        no        no
  joinOrganizationAction       in         no        no        no        no          no        no        no        no        no
  invitePeopleAction           in         no        404       404       404         404       404       404       404       404
  cancelInviteAction           in         no        404       404       404         404       404       404       404       404
  approveJoinRequestAction     in         no        404       404       404         404       404       404       404       404
  rejectJoinRequestAction      in         no        404       404       404         404       404       404       404       404
  removeMemberAction           in         no        404       404       404         404       404       404       404       404
  updateOrganizationAction     in         ok        404       404       404         404       404       404       404       404
  renewInviteLinkAction        in         ok        404       404       404         404       404       404       404       404
  transferOwnershipAction      in         no        404       404       404         404       404       404       404       404
  leaveOrganizationAction      in         404       no        no        no          no        no        404       404       404
  signOutAction                in         /sign-in  /sign-in  /sign-in  /sign-in    /sign-in  /sign-in  /sign-in  /sign-in  /sign-in
`);
