// When a server of several issuers is ready, and what callers are told meanwhile: rows of the table, at its beginning
// and at its end.
import { decisionOf } from '../issuers/runner/cases.mjs';
import { SCOPES, answered, unavailable } from '../issuers/runner/expected.mjs';
import { printedToken } from '../issuers/runner/server.mjs';
import { until } from '../processes.mjs';

const NOT_YET = '`UNAVAILABLE`';

export const beginning = [
  { row: 'hydra, which is required, has not started; provider, which is not, answers junk', provider: NOT_YET, hydra: NOT_YET, ready: 'no' },
  { row: 'hydra has started', provider: NOT_YET, ready: 'yes' },
  { row: 'provider answers', ready: 'yes' },
];

export const ending = [
  { row: "hydra's keys have become too old", provider: '', hydra: NOT_YET, ready: 'yes' },
  { row: "the file's too", provider: '', hydra: NOT_YET, file: NOT_YET, ready: 'no' },
  { row: 'the file is there again', provider: '', hydra: NOT_YET, ready: 'yes' },
];

// Nobody has keys at first but the file.
export async function begin(world, see) {
  await world.hydra.stop();
  world.proxy.answerJunk();
  const server = await world.serve('all', world.config);
  const judged = (name, token = world.tokens[name] ?? world.forged(name)) => world.ask(name, 'api1', token);
  world.tokens.provider = await world.provider.clientCredentials('m2m');
  see('file, while the others have no keys', answered(), await judged('file'));
  see('provider, of which none was had', unavailable, await judged('provider'));
  see('hydra, of which none was had', unavailable, await judged('hydra', world.ofUnknownKey('hydra')));
  see('ready', false, await server.isServing());
  await world.startHydra();
  await world.renameHydrasKey();
  see('ready, once hydra has keys', true, await server.isServingSoon());
  see('hydra', answered(), await decisionOf(() => judged('hydra')));
  see('provider, of which none was had yet', unavailable, await judged('provider'));
  world.proxy.handOn();
  see('provider, once it answers', answered(), await decisionOf(() => judged('provider')));
}

export async function tokens(world, see) {
  const printed = (name) =>
    printedToken(world.program, {
      asking: ['--config', world.config, '--issuer-name', name],
      client: 'm2m',
      secret: 'm2m-secret',
      scope: SCOPES[0],
    });
  for (const name of ['provider', 'hydra']) {
    const { code, token } = await printed(name);
    see(`${name}: exit code`, 0, code);
    see(`${name}: api1`, answered(), await world.ask(name, 'api1', token));
  }
  for (const name of ['file', 'nobody']) see(`${name}: none`, { code: 2, token: '' }, await printed(name));
}

// One that trusts the file alone, and one whose issuers are all required and have keys that become too old.
export async function serveOthers(world, see) {
  world.publishFile('short.json');
  for (const server of [await world.serveControl(), await world.serve('short', world.shortConfig())]) {
    see('ready', true, await server.isServingSoon());
  }
}

// Where the machine is busy, keys that are fetched every second may be 2 seconds old for a moment: whoever calls then is told
// to come again.
export async function end(world, see) {
  const { short } = world.servers;
  const call = (name) => short.call('api1', world.tokens[name]);
  see('hydra, before', answered(), await decisionOf(() => call('hydra')));
  await world.hydra.stop();
  see('hydra, whose keys have become too old', unavailable, await until(async () => unlessOk(await call('hydra'))));
  see('file', answered(), await decisionOf(() => call('file')));
  see('ready, for the file', true, await short.isServingSoon());
  world.withdrawFile('short.json');
  see('file, whose keys have become too old', unavailable, await until(async () => unlessOk(await call('file'))));
  see('not ready', true, await until(async () => !(await short.isServing())));
  world.publishFile('short.json');
  see('ready, for the file again', true, await short.isServingSoon());
  see('file again', answered(), await decisionOf(() => call('file')));
}

function unlessOk(found) {
  return found.code !== 'OK' && found;
}
