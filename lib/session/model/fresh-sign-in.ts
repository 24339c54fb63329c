/** How long a sign-in counts as recent, in seconds. */
const freshFor = 5 * 60;

/**
 * Parameters of an authorization request that make the user authenticate: Logto asks for the
 * password even if it has a session, and issues a refresh token as at every sign-in (logto-facts
 * "Refresh tokens").
 */
export const freshSignIn = { prompt: "login consent", max_age: String(freshFor) };
