/** The rows of `routeTable` (matrix-tables.ts) for the code search: by the session of a page of ours; MCP takes keys alone. */
export const codeRoutes = `
  #                                       anonymous  owner  auditor  member  maintainer  viewer  foreign  removed  pending  outsider
  GET /code/folder                        401     200     404     404     200     200     404     404     404     404
  GET /code/preview                       401     200     200     200     200     200     200     404     404     404
  POST /api/search                        401     200     200     200     200     200     200     404     404     404
  GET /api/search                         405     405     405     405     405     405     405     405     405     405
  PUT /api/search                         405     405     405     405     405     405     405     405     405     405
  PATCH /api/search                       405     405     405     405     405     405     405     405     405     405
  DELETE /api/search                      405     405     405     405     405     405     405     405     405     405
  POST /api/find_references               401     200     200     200     200     200     200     404     404     404
  GET /api/find_references                405     405     405     405     405     405     405     405     405     405
  PUT /api/find_references                405     405     405     405     405     405     405     405     405     405
  PATCH /api/find_references              405     405     405     405     405     405     405     405     405     405
  DELETE /api/find_references             405     405     405     405     405     405     405     405     405     405
  POST /api/find_definitions              401     200     200     200     200     200     200     404     404     404
  GET /api/find_definitions               405     405     405     405     405     405     405     405     405     405
  PUT /api/find_definitions               405     405     405     405     405     405     405     405     405     405
  PATCH /api/find_definitions             405     405     405     405     405     405     405     405     405     405
  DELETE /api/find_definitions            405     405     405     405     405     405     405     405     405     405
  GET /api/source                         401     200     404     404     200     200     404     404     404     404
  POST /api/source                        401     200     404     404     200     200     404     404     404     404
  HEAD /api/source                        405     405     405     405     405     405     405     405     405     405
  PUT /api/source                         405     405     405     405     405     405     405     405     405     405
  PATCH /api/source                       405     405     405     405     405     405     405     405     405     405
  DELETE /api/source                      405     405     405     405     405     405     405     405     405     405
  GET /api/repos                          401     200     200     200     200     200     200     404     404     404
  HEAD /api/repos                         401     200     200     200     200     200     200     404     404     404
  POST /api/repos                         405     405     405     405     405     405     405     405     405     405
  PUT /api/repos                          405     405     405     405     405     405     405     405     405     405
  PATCH /api/repos                        405     405     405     405     405     405     405     405     405     405
  DELETE /api/repos                       405     405     405     405     405     405     405     405     405     405
  POST /api/mcp                           401     401     401     401     401     401     401     401     401     401
  GET /api/mcp                            405     405     405     405     405     405     405     405     405     405
  PUT /api/mcp                            405     405     405     405     405     405     405     405     405     405
  PATCH /api/mcp                          405     405     405     405     405     405     405     405     405     405
  DELETE /api/mcp                         405     405     405     405     405     405     405     405     405     405`;
