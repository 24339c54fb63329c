import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { site } from "@/components/layout/site";
import { SiteFooter } from "@/components/layout/site-footer";
import { themeScript } from "@/components/layout/theme";
import { fonts } from "./fonts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: site.name, template: `%s · ${site.name}` },
  description: site.description,
};

export const viewport: Viewport = { colorScheme: "light dark" };

/** The root layout. It reads no session, so that public pages stay static. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    // The script in <head> may set data-theme before React hydrates.
    <html lang={site.language} className={fonts} suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
      </head>
      <body className="flex min-h-dvh flex-col text-sm">
        <a
          href="#main"
          className="absolute top-2 left-2 z-10 -translate-y-16 rounded-md bg-ink px-3 py-2 font-medium text-on-ink focus:translate-y-0"
        >
          Skip to content
        </a>
        {children}
        <SiteFooter />
      </body>
    </html>
  );
}
