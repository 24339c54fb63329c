import type { ReactNode } from "react";
import type { Example } from "@/components/examples/examples";
import { Main } from "@/components/layout/main";
import { ButtonLink } from "@/components/ui/controls/button";
import { CodeBlock } from "@/components/ui/code-block";
import { PageHeader } from "@/components/ui/page-header";

/** A working example next to the code that protects it. */
export function ExamplePage({ example, children }: { example: Example; children: ReactNode }) {
  const { title, description, file, code } = example;
  return (
    <Main className="py-8 sm:py-10">
      <PageHeader
        title={title}
        description={description}
        actions={<ButtonLink href="/examples">All examples</ButtonLink>}
      />
      <div className="grid items-start gap-4 lg:grid-cols-[1fr_1.35fr]">
        {children}
        <CodeBlock title={file} code={code} />
      </div>
    </Main>
  );
}
