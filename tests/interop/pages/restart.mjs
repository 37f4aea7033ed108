// A server that is stopped and started again has another key: the page says so, and a log-in helps.
import { freePorts } from '../processes.mjs';
import { Server, call, disabled, logIn, person, report, response, through, world } from './world.mjs';

// The second one is to have the ports of the first, which no other process may be given meanwhile.
const [grpc, web, issuer] = await freePorts(3);

await world([], restarted, { grpc, web, issuer });

async function restarted(server, browser) {
  const { page, context } = await person(browser, server);
  await logIn(page);
  report('before: api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
  await server.stop();
  await page.click('#api1-call');
  await page.waitForFunction(() => document.getElementById('api1-explanation')?.textContent);
  const said = await page.textContent('#api1-explanation');
  report('stopped: it is said', true, said.includes('See whether the server runs'));

  // A token that was issued a moment before the server looked for its key may be of one that is yet to be published:
  // it cannot be checked, and is called wrong once it is older than that look.
  const again = await Server.start(['--jwks-cooldown', '1s'], server.ports);
  try {
    const toldToLogIn = () => {
      const isTold = document.getElementById('api1-remedy').textContent === 'Log in again';
      if (!isTold) document.getElementById('api1-call').click();
      return isTold;
    };
    await page.waitForFunction(toldToLogIn, undefined, { polling: 500 });
    report('started again: the old token', true, (await response(page, 'api1')).startsWith('Response: '));
    await page.click('#api1-remedy');
    await through(page);
    report('logged in again', ['login'], await disabled(page));
    report('logged in again: api1', 'Response: {"name":"api1","ok":true}', await call(page, 'api1'));
    await context.close();
  } finally {
    await again.stop();
  }
}
