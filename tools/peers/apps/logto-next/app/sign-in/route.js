import { signIn } from "@logto/next/server-actions";
import { callback, logtoConfig } from "../../logto";

export const dynamic = "force-dynamic";
export const GET = () => signIn(logtoConfig, callback);
