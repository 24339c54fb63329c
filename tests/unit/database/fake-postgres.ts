import { createServer, type Socket } from "node:net";
import { message } from "../../../dev/database/messages";
import { listening } from "../listening";

/** Starts a server that calls `respond` with each socket that sends data. @returns its port */
export const fakePostgres = (respond: (socket: Socket) => void): Promise<number> =>
  listening(createServer((socket) => void socket.once("data", () => respond(socket))));

/** Responds with an error of PostgreSQL. @param code see appendix A of its manual */
export const failWith = (code: string) => (socket: Socket) =>
  void socket.end(message("E", `SFATAL\0C${code}\0Mno, user and hunter2\0\0`));

/** The code of a table that does not exist. */
export const noTable = "42P01";
