// A server that only reports: each call is answered, and the page tells what would have been refused.
import { API3, call, logIn, person, report, world } from './world.mjs';

const ANSWER = (api) => `Response: {"name":"${api}","ok":true}`;

await world(['--dangerous-report-only'], async (server, browser) => {
  const { page, context } = await person(browser, server);
  const text = (id) => page.textContent(`#${id}`);
  await page.check(`#scope-${API3.replaceAll(':', '-')}`);
  await logIn(page, { without: [API3] });

  report('with its scope: api1', ANSWER('api1'), await call(page, 'api1'));
  report('with its scope: explanation', '', await text('api1-explanation'));
  report('with its scope: reported reason', '–', await text('api1-reported'));

  report('without its scope: api3', ANSWER('api3'), await call(page, 'api3'));
  report('without its scope: the gate', 'open', await page.getAttribute('#api3', 'data-gate'));
  const explanation = await text('api3-explanation');
  report('without its scope: it is told', true, /not enforced.*would have been refused.*lacks a scope/.test(explanation));
  report('without its scope: reported reason', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', await text('api3-reported'));
  await context.close();
});
