import { hasErrorName } from "@/lib/process-wide";

/** The database does not answer, or not as it should. The message names no host and no value. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

/** Whether an error is a DatabaseError, of whichever bundle. */
export const isDatabaseError = (error: unknown): error is DatabaseError =>
  hasErrorName(error, "DatabaseError");
