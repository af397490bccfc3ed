import "server-only";
import { anonymousPrincipal } from "@/lib/access/principal";
import { json } from "@/lib/gate/to-route";
import { widgetFailure, widgetRoute } from "@/lib/gate/widget-door";
import { runtime } from "@/lib/platform/runtime";
import { widgetGuru } from "../queries";

/** The product's accent; a site gives its own colour in the snippet. */
const baseColor = "#5645c4";

/** `GET /widget/guru/`: what a widget shows of its guru before anybody asks. */
export const getWidgetGuru = widgetRoute(async ({ facts, site }) => {
  const found = await widgetGuru.execute({ principal: anonymousPrincipal, request: facts, input: site });
  if (!found.ok) return widgetFailure(found);
  if (!found.value) throw new Error("a widget has no guru");
  const { name, slug, logoType, exampleQuestions } = found.value;
  return json(200, {
    name,
    slug,
    icon_url: logoType === null ? null : `${runtime().baseUrl}/widget/icon/${site.widget}/`,
    colors: { base_color: baseColor },
    example_questions: exampleQuestions,
  });
});
