import { CodeBlock } from "@/components/ui/code-block";

const page = `import { Main } from "@/components/main";
import { protectedPage } from "@/components/protected-page";
import { PageHeader } from "@/components/ui/page-header";
import { requireSession } from "@/lib/session/guards";

export default protectedPage(async () => {
  const { user } = await requireSession();

  return (
    <Main className="py-8">
      <PageHeader title={\`Reports for \${user.name}\`} />
    </Main>
  );
});`;

const points = [
  "Signed out, the browser gets a real redirect (307) to sign in, and comes back to this page afterwards.",
  "The check stands beside the data. Middleware sends people to sign in early, but is never the only lock.",
  "The session is typed: name, roles and organizations, and no token to leak by accident.",
];

/** How a page is protected, by example. */
export function Guarding() {
  return (
    <section
      aria-labelledby="guarding"
      className="grid items-center gap-8 border-t border-border py-12 sm:py-16 lg:grid-cols-[1fr_1.35fr] lg:gap-14"
    >
      <div>
        <h2 id="guarding" className="text-title">
          One line protects a page
        </h2>
        <ul className="mt-5 space-y-3.5 leading-6 text-muted">
          {points.map((point) => (
            <li key={point} className="border-l-2 border-border pl-4">
              {point}
            </li>
          ))}
        </ul>
      </div>
      <CodeBlock title="app/(protected)/dashboard/reports/page.tsx" code={page} highlight={[7]} />
    </section>
  );
}
