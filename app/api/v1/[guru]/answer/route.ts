import { postAnswer } from "@/lib/features/ask/http/v1-answer";
import { v1Only } from "@/lib/gate/v1";

export const dynamic = "force-dynamic";

const otherwise = v1Only("POST");

export { otherwise as DELETE, otherwise as GET, otherwise as PATCH, otherwise as PUT, postAnswer as POST };
