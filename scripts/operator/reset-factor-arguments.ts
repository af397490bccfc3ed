import { StartError } from "../serve/start-error";

/** @throws StartError for anything but one e-mail address */
export function resetFactorArguments(args: readonly string[]): { email: string } {
  const [email = ""] = args;
  if (args.length !== 1 || !/^[^\s@]+@[^\s@]+$/.test(email))
    throw new StartError("Say whose: npm run reset-factor -- name@example.com");
  return { email };
}
