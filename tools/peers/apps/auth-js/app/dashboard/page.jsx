import { redirect } from "next/navigation";
import { auth } from "../../auth";

export default async function Page() {
  const session = await auth();
  if (!session) redirect("/api/auth/signin");
  // The guide sends the user to sign in again here.
  if (session.error) return <p>{session.error}</p>;
  return <h1>{session.user.name}</h1>;
}
