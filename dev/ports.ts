import getPort, { clearLockedPorts } from "get-port";

/**
 * @param preferred the port to start with
 * @param taken ports that are reserved though nothing listens there yet
 * @returns the preferred port, or the next one on which no program listens, on any local address
 */
export async function nextFreePort(
  preferred: number,
  taken: readonly number[] = [],
): Promise<number> {
  // The package would skip the ports that it has returned before.
  clearLockedPorts();
  const port = Array.from({ length: 65_536 - preferred }, (_, index) => preferred + index);
  return getPort({ port, exclude: taken });
}

/** Whether no program listens on the port, on any local address. */
export const isFree = async (port: number): Promise<boolean> => (await nextFreePort(port)) === port;
