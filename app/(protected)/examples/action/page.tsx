import type { Metadata } from "next";
import { cookies } from "next/headers";
import { ActionForm } from "@/components/examples/action-form";
import { ExamplePage } from "@/components/examples/example-page";
import { examples } from "@/components/examples/examples";
import { protectedPage } from "@/components/session/protected-page";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { TextField } from "@/components/ui/controls/text-field";
import { deleteNote, saveNote } from "./actions";

export const metadata: Metadata = { title: examples.action.title };

const path = examples.action.href;

export default protectedPage({}, async () => {
  const note = (await cookies()).get("example-note")?.value;
  return (
    <ExamplePage example={examples.action}>
      <Card title="Your note" description="Stored in a cookie of this browser.">
        <div className="grid gap-5">
          {note ? (
            <p className="wrap-anywhere">{note}</p>
          ) : (
            <EmptyState title="No note">Write one: all signed-in users may.</EmptyState>
          )}
          <ActionForm action={saveNote} label="Save the note" path={path}>
            <TextField label="New note" name="text" required maxLength={200} />
          </ActionForm>
          {note && <ActionForm action={deleteNote} label="Delete the note" path={path} />}
        </div>
      </Card>
    </ExamplePage>
  );
});
