import { request } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { startLogto } from "../src/server";

/** The status of a request to the control endpoint with these headers. */
async function statusWith(headers: Record<string, string>): Promise<number | undefined> {
  const standIn = await startLogto({ port: 0, control: true, clients: [] });
  onTestFinished(() => standIn.close());
  return new Promise((resolve, reject) => {
    const { port } = standIn;
    const options = { host: "localhost", port, path: "/control/users", headers };
    request(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

it("lets programs use the control endpoint", async () => {
  expect(await statusWith({})).toBe(200);
});

it.each([
  ["a page of another site", { origin: "https://evil.example" }],
  ["a page whose host name was rebound to this machine", { host: "evil.example:3001" }],
  ["a page of a host name that begins like this machine's", { host: "localhost.evil.example" }],
])("does not let %s use it", async (_, headers) => {
  expect(await statusWith(headers)).toBe(403);
});
