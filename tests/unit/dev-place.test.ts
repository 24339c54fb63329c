import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { placeOf } from "../../dev/launcher/place";

const port = 4200;
const localhost = "http://localhost:4200";

it.each([
  [undefined, "localhost", localhost],
  ["http://localhost:3000", "localhost", localhost],
  ["http://app.localhost:3000/", "localhost", "http://app.localhost:4200"],
  ["http://[::1]:3000", "::1", "http://[::1]:4200"],
])("listens at the host of AUTH_URL, %s, on the free port", (authUrl, hostname, appUrl) => {
  expect(placeOf({ port, authUrl })).toMatchObject({ hostname, appUrl, isBehindProxy: false });
});

it("listens at a network address of this machine if AUTH_URL has it", () => {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const { address: hostname = "" } = addresses.find(({ family }) => family === "IPv4") ?? {};
  const authUrl = `http://${hostname}:4200`;
  const place = { hostname, listensAt: authUrl, appUrl: authUrl };
  expect(placeOf({ port, authUrl })).toMatchObject(place);
});

it.each([
  "https://localhost:8443",
  "http://localhost",
  "https://app.example.com",
  "http://app.test:4200",
])("listens on localhost behind a proxy at %s", (appUrl) => {
  const place = { hostname: "localhost", listensAt: localhost, appUrl, isBehindProxy: true };
  expect(placeOf({ port, authUrl: appUrl })).toEqual(place);
});

it.each([
  ["0.0.0.0", localhost],
  ["::", localhost],
  ["192.0.2.1", "http://192.0.2.1:4200"],
  ["fe80::1", "http://[fe80::1]:4200"],
])("listens at --hostname %s, with the app at %s", (hostname, appUrl) => {
  expect(placeOf({ hostname, port, authUrl: undefined })).toMatchObject({ hostname, appUrl });
});
