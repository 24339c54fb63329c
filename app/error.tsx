"use client";

import { ErrorPage, type ErrorPageProps } from "@/components/error-page";
import { SiteHeader } from "@/components/site-header";

/** A fault above the pages, in a layout. */
export default function RootError(props: ErrorPageProps) {
  return (
    <>
      <SiteHeader />
      <ErrorPage {...props} />
    </>
  );
}
