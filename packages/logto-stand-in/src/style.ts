/**
 * The styles of every page of the stand-in: system fonts, one accent colour, and light or dark mode
 * as set in the system.
 */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f5f9; --card: #fff; --line: #e3e1ea; --field: #fff; --field-line: #928da2; --text: #1b1924; --quiet: #676275;
  --accent: #5b3fd6; --accent-strong: #4a31b8; --on-accent: #fff; --tint: #efecfd; --error: #b3261e; --error-tint: #fdeeed;
  --shadow: 0 1px 2px rgb(27 25 36 / 5%), 0 12px 32px -12px rgb(27 25 36 / 16%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #121118; --card: #1b1a23; --line: #32303d; --field: #15141c; --field-line: #6a667c; --text: #eeedf3; --quiet: #a19cb0;
    --accent: #8f7bff; --accent-strong: #a596ff; --on-accent: #14101f; --tint: #282343; --error: #ffa49c; --error-tint: #3a1f1f;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 16px 40px -16px rgb(0 0 0 / 60%);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; grid-template-rows: 1fr auto; justify-items: center;
  gap: 1.5rem; padding: 2rem 1rem 1.25rem; background: var(--page); color: var(--text);
  font: 400 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; -webkit-font-smoothing: antialiased;
}
main {
  align-self: center; width: 100%; max-width: 25.5rem; padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow);
}
.brand { display: flex; align-items: center; gap: .625rem; margin: 0 0 1.5rem; font-size: .875rem; font-weight: 600; }
.brand svg { width: 1.75rem; height: 1.75rem; flex: none; }
.badge {
  margin-left: auto; padding: .125rem .5rem; border-radius: 1rem; background: var(--tint); color: var(--accent-strong);
  font-size: .75rem; font-weight: 600;
}
h1 { margin: 0; font-size: 1.375rem; line-height: 1.25; letter-spacing: -.015em; font-weight: 650; text-wrap: balance; }
.lead { margin: .375rem 0 1.5rem; color: var(--quiet); font-size: .9375rem; }
.lead:last-child { margin-bottom: 0; }
label { display: block; margin: 0 0 .375rem; font-size: .875rem; font-weight: 550; }
label small { font-weight: 400; font-size: inherit; color: var(--quiet); }
.field { margin-bottom: 1rem; }
input {
  width: 100%; height: 2.75rem; padding: 0 .8125rem; border: 1px solid var(--field-line); border-radius: .625rem;
  background: var(--field); color: inherit; font: inherit;
}
input:hover { border-color: var(--accent); }
input[aria-invalid] { border-color: var(--error); }
:is(button, a):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
input:focus-visible { border-color: transparent; outline: 2px solid var(--accent); outline-offset: -1px; }
button { font: inherit; cursor: pointer; }
.primary {
  width: 100%; height: 2.75rem; margin-top: .25rem; border: 0; border-radius: .625rem; background: var(--accent);
  color: var(--on-accent); font-weight: 600;
}
.primary:hover { background: var(--accent-strong); }
.secondary {
  display: grid; place-items: center; width: 100%; height: 2.75rem; margin-top: .625rem; border: 1px solid var(--line);
  border-radius: .625rem; background: transparent; color: inherit; font-weight: 550; text-decoration: none;
}
.secondary:hover { border-color: var(--accent); background: var(--tint); }
.address { color: var(--text); font-weight: 550; overflow-wrap: anywhere; }
#code { font-size: 1.25rem; letter-spacing: .35em; font-variant-numeric: tabular-nums; }
.note { margin: 1.25rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .875rem; }
.error {
  margin: 0 0 1.25rem; padding: .625rem .8125rem; border-radius: .625rem; background: var(--error-tint);
  color: var(--error); font-size: .9375rem;
}
.switch { margin: 1.125rem 0 0; font-size: .9375rem; color: var(--quiet); text-align: center; }
a { color: var(--accent-strong); font-weight: 550; text-underline-offset: .2em; }
.people { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.people h2 { margin: 0 0 .625rem; font-size: .875rem; font-weight: 550; color: var(--quiet); }
.people form + form { margin-top: .5rem; }
.person {
  display: flex; align-items: center; gap: .75rem; width: 100%; padding: .5rem .75rem .5rem .5rem; text-align: left;
  border: 1px solid var(--line); border-radius: .75rem; background: transparent; color: inherit;
}
.person:hover { border-color: var(--accent); background: var(--tint); }
.person .initial {
  display: grid; place-items: center; width: 2.125rem; height: 2.125rem; flex: none; border-radius: 50%;
  background: var(--tint); color: var(--accent-strong); font-size: .875rem; font-weight: 650;
}
.person:hover .initial { background: var(--card); }
.person b { display: block; font-size: .9375rem; font-weight: 550; line-height: 1.3; }
.person span span { display: block; color: var(--quiet); font-size: .8125rem; line-height: 1.35; }
.person .role { margin-left: auto; color: var(--quiet); font-size: .8125rem; font-weight: 550; }
footer { max-width: 25.5rem; color: var(--quiet); font-size: .8125rem; text-align: center; text-wrap: balance; }
code { padding: .1em .3em; border-radius: .3em; background: var(--tint); font: .9em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { margin: 1.25rem 0 0; font-size: .9375rem; }
dt { color: var(--quiet); font-size: .8125rem; }
dd { margin: 0 0 .75rem; }
dd:last-child { margin: 0; }
ul { margin: 0; padding: 0; list-style: none; }
@media (max-width: 26rem) { body { padding-top: 1rem; } main { padding: 1.5rem 1.25rem; } }
`;
