import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import type { Client } from "./sessions";

/** One process of the app, and one signed-in user. */
export interface Site {
  control: StandInControl;
  /** Makes the session's access token one that is about to expire. */
  expire(client: Client): Promise<Client>;
  signIn(): Promise<Client>;
  log(): string;
  stop(): Promise<void>;
}
