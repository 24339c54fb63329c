"use client";

import { usePathname } from "next/navigation";
import { errorDigest, ErrorPage, type ErrorPageProps } from "@/components/layout/error-page";
import { SessionErrorPage } from "@/components/session/session-error-page";
import { sessionErrorCodeOf } from "@/components/session/session-errors";

/** A fault on a signed-in page, or what an action of it threw; header and navigation stay. */
export default function ProtectedError(props: ErrorPageProps) {
  const path = usePathname();
  const code = sessionErrorCodeOf(errorDigest(props.error));
  return code ? <SessionErrorPage code={code} path={path} /> : <ErrorPage {...props} />;
}
