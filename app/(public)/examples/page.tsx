import type { Metadata } from "next";
import Link from "next/link";
import { examples } from "@/components/examples/examples";
import { Main } from "@/components/layout/main";
import { PageHeader } from "@/components/ui/page-header";
import { Table, TableCell, TableRow } from "@/components/ui/table";
import { asSessionError } from "@/lib/session/model/errors";
import { auth } from "@/auth";

export const metadata: Metadata = { title: "Examples" };

export default async function ExamplesPage() {
  // To link to an organization that the user is a member of.
  const session = await auth().catch((error: unknown) => void asSessionError(error));
  const organization = session?.user.organizations[0] ?? "none";
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title="Examples"
        description="Working examples to copy or delete. Open each one signed in, signed out and as another user."
      />
      <div className="rounded-lg border border-border bg-surface">
        <Table
          caption="Examples of protection"
          columns={["What do you want to protect?", "By", "File"]}
        >
          {Object.values(examples).map(({ href, protects, guard, file }) => (
            <TableRow key={href}>
              <TableCell header className="col-span-2">
                <Link
                  href={href === examples.organization.href ? `${href}/${organization}` : href}
                  prefetch={false}
                  className="font-medium underline decoration-border-strong underline-offset-4 hover:decoration-current"
                >
                  {protects}
                </Link>
              </TableCell>
              <TableCell>
                <code className="font-mono text-xs wrap-anywhere">{guard}</code>
              </TableCell>
              <TableCell>
                <code className="font-mono text-xs wrap-anywhere text-muted">{file}</code>
              </TableCell>
            </TableRow>
          ))}
        </Table>
      </div>
    </Main>
  );
}
