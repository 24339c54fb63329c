import { handleSignIn } from "@logto/next/server-actions";
import { redirect } from "next/navigation";
import { callback, logtoConfig } from "../../../../../logto";

export async function GET(request) {
  await handleSignIn(logtoConfig, new URL(`${callback}?${request.nextUrl.searchParams}`));
  redirect("/dashboard");
}
