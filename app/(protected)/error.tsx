"use client";

import { usePathname } from "next/navigation";
import { errorDigest, ErrorPage, type ErrorPageProps } from "@/components/layout/error-page";
import { SessionErrorMessage } from "@/components/session/session-error";
import { codeFromDigest } from "@/lib/session/model/error-messages";

/** A fault on a signed-in page, or what an action of it threw; header and navigation stay. */
export default function ProtectedError(props: ErrorPageProps) {
  const path = usePathname();
  const code = codeFromDigest(errorDigest(props.error));
  return code ? (
    <SessionErrorMessage layout="page" code={code} path={path} />
  ) : (
    <ErrorPage {...props} />
  );
}
