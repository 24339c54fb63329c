import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { placeOf } from "../../dev/launcher/place";

const port = 4200;
const localhost = "http://localhost:4200";

it("listens on localhost only by default", () => {
  expect(placeOf({ port, authUrl: undefined })).toEqual({
    hostname: "localhost",
    listensAt: localhost,
    appUrl: localhost,
    isBehindProxy: false,
  });
});

it.each([
  ["http://localhost:3000", "localhost", localhost],
  ["http://app.localhost:3000/", "localhost", "http://app.localhost:4200"],
  ["http://127.0.0.1:3000", "127.0.0.1", "http://127.0.0.1:4200"],
  ["http://[::1]:3000", "::1", "http://[::1]:4200"],
])("listens at the host of AUTH_URL, %s, on the free port", (authUrl, hostname, appUrl) => {
  expect(placeOf({ port, authUrl })).toMatchObject({ hostname, appUrl, isBehindProxy: false });
});

it("listens at a network address of this machine if AUTH_URL has it", () => {
  const [address = ""] = Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).filter(({ family }) => family === "IPv4").map((entry) => entry.address),
  );
  const authUrl = `http://${address}:4200`;
  expect(placeOf({ port, authUrl })).toMatchObject({
    hostname: address,
    listensAt: authUrl,
    appUrl: authUrl,
  });
});

it.each([
  "https://localhost:8443",
  "http://localhost",
  "https://app.example.com",
  "http://app.test:4200",
])("listens on localhost behind a proxy at %s", (authUrl) => {
  const place = {
    hostname: "localhost",
    listensAt: localhost,
    appUrl: authUrl,
    isBehindProxy: true,
  };
  expect(placeOf({ port, authUrl })).toEqual(place);
});

it.each([
  ["0.0.0.0", localhost],
  ["::", localhost],
  ["192.0.2.1", "http://192.0.2.1:4200"],
  ["fe80::1", "http://[fe80::1]:4200"],
])("listens at --hostname %s, with the app at %s", (hostname, appUrl) => {
  expect(placeOf({ hostname, port, authUrl: undefined })).toMatchObject({ hostname, appUrl });
});
