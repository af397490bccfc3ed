import { z } from "zod";
import { integrationKinds } from "@/lib/access/integration-fields";
import { integrationTypes } from "@/lib/access/integration-types";
import { secretNameOf } from "@/lib/access/secret-name";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { parseWebAddress } from "@/lib/platform/fetching/web-address";
import { isUuid } from "@/lib/platform/ids";
import { isOptional } from "./optional-fields";

/** Channels, or repositories, of one integration. */
export const mostChannelsKept = 100;
const maxKey = 16_000;
const maxLine = 2_000;

const guru = z.string().min(1).max(64);
const id = z.string("Choose an integration.").refine(isUuid, "Choose an integration of the list.");
const type = z.enum(integrationTypes, "Choose a service.");

/** Whatever goes into a header or is compared byte for byte: what can be typed, and no spaces. */
const line = z
  .string()
  .trim()
  .max(maxLine, `At most ${maxLine.toLocaleString("en-US")} characters.`)
  .regex(/^[\x21-\x7e]*$/, "This is one line of letters, digits and signs, without spaces.")
  .optional();
const number = z
  .string()
  .trim()
  .regex(/^(\d{1,20}|\{[A-Za-z0-9_]{1,64}\})?$/, "This is a number.")
  .optional();

/** The fields of all services, by name; which of them one takes stands in `integrationKinds`. */
const credentials = {
  botToken: line,
  signingSecret: line,
  webhookSecret: line,
  apiToken: line,
  appId: number,
  installationId: number,
  email: z
    .string()
    .trim()
    .max(254, "An e-mail address has at most 254 characters.")
    .regex(
      /^([^\s\p{Cc}\p{Cf}:]+@[^\s\p{Cc}\p{Cf}:]+|\{[A-Za-z0-9_]{1,64}\})?$/u,
      "This is no e-mail address.",
    )
    .optional(),
  // A file of several lines; however its lines end, they are sent on as one kind.
  privateKey: z
    .string()
    .max(maxKey, `A key has at most ${maxKey.toLocaleString("en-US")} characters.`)
    .transform((text) => text.replace(/\r\n?/g, "\n").trim())
    .refine(
      (text) => text === "" || secretNameOf(text) !== null || /^-----BEGIN [ -~\n]+-----$/.test(text),
      "Paste the whole .pem file, from -----BEGIN to the end.",
    )
    .optional(),
};

const baseUrl = z
  .string("Enter the address.")
  .trim()
  .transform((text, context) => {
    if (text === "") return "";
    try {
      const url = parseWebAddress(text);
      if (url.search === "") return url.href.replace(/\/+$/, "");
      context.addIssue({ code: "custom", message: "Leave out the ? and what follows it." });
    } catch (error) {
      if (!(error instanceof FetchRefused)) throw error;
      context.addIssue({ code: "custom", message: error.message });
    }
    return z.NEVER;
  })
  .optional();

interface Typed {
  type: (typeof integrationTypes)[number];
  baseUrl?: string | undefined;
}
const names = Object.keys(credentials) as (keyof typeof credentials)[];
type Fields = Partial<Record<keyof typeof credentials, string | undefined>>;

/** Puts the fields of the chosen service together; one that is missing, or another's, is refused. */
function ofType<T extends Typed & Fields>(input: T, context: z.RefinementCtx) {
  const kind = integrationKinds[input.type];
  const wanted = new Map(kind.fields.map((field) => [field.name as keyof Fields, field]));
  const given: Record<string, string> = {};
  for (const name of names) {
    const value = input[name] ?? "";
    const field = wanted.get(name);
    if (field && value !== "") given[name] = value;
    else if (field && !isOptional(input.type, name))
      context.addIssue({ code: "custom", path: [name], message: `Enter the ${field.label}.` });
    else if (!field && value !== "")
      context.addIssue({ code: "custom", path: [name], message: `${kind.title} takes no such field.` });
  }
  const url = input.baseUrl || kind.defaultBaseUrl;
  if (!url) {
    context.addIssue({
      code: "custom",
      path: ["baseUrl"],
      message: `Enter the address of your ${kind.title}.`,
    });
    return z.NEVER;
  }
  return { type: input.type, baseUrl: url, credentials: given };
}

export const createIntegrationInput = z
  .strictObject({ guru, type, baseUrl, ...credentials })
  .transform((input, context) => ({ guru: input.guru, ...ofType(input, context) }));

export const replaceCredentialsInput = z
  .strictObject({ guru, id, type, baseUrl, ...credentials })
  .transform((input, context) => ({ guru: input.guru, id: input.id, ...ofType(input, context) }));

/** A line of the channels' form: what is to become of a channel, and its id. */
const channel = z.string().transform((text, context) => {
  const [, mode, of] = /^(auto|manual|remove) ([^\p{Cc}\p{Cs}]{1,200})$/u.exec(text) ?? [];
  if (mode && of) return { mode: mode as "auto" | "manual" | "remove", id: of };
  context.addIssue({ code: "custom", message: "Choose a mode of the list." });
  return z.NEVER;
});
const list = <T extends z.ZodType>(of: T) =>
  z.preprocess((value) => (value === undefined ? [] : [value].flat()), z.array(of).max(mostChannelsKept));

export const editIntegrationInput = z.strictObject({
  guru,
  id,
  channel: list(channel),
  /** A channel to add, by its name or id. */
  add: z
    .string()
    .trim()
    .max(200, "A channel's name has at most 200 characters.")
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "A channel's name is one line.")
    .optional(),
  addMode: z.enum(["auto", "manual"], "Choose a mode.").default("manual"),
  directMessages: z
    .literal(["on", "off"], "Tick the box, or leave it.")
    .default("off")
    .transform((value) => value === "on"),
});

export const integrationInput = z.strictObject({ guru, id });
