import { print, printRow } from "./terminal.mjs";

/** Prints an e-mail that Logto would send: its code (else its first line), recipient, subject. */
export function printMail({
  to,
  subject,
  text,
}: {
  to: string;
  subject: string;
  text: string;
}): void {
  const [code] = /\b\d{6}\b/.exec(text) ?? text.trim().split("\n");
  print();
  printRow("Mail", code ?? "", `to ${to}: ${subject}`);
  print();
}
