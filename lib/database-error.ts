import { hasErrorName } from "@/lib/process-wide";

/** The database is unavailable or returned an error. The message contains no host and no value. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

/** Whether an error is a DatabaseError, including one created in another bundle. */
export const isDatabaseError = (error: unknown): error is DatabaseError =>
  hasErrorName(error, "DatabaseError");
