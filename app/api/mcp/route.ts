import { mcpOnly, postMcp } from "@/lib/features/code-search/http/post-mcp";

export const dynamic = "force-dynamic";

export { mcpOnly as DELETE, mcpOnly as GET, mcpOnly as PATCH, mcpOnly as PUT, postMcp as POST };
