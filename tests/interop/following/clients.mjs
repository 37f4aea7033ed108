// Who follows a stream for longer than a token lives: folders of examples/clients, by the face that all have
// (examples/clients/README.md).
import { join } from 'node:path';
import { Process, run } from '../processes.mjs';

const EXAMPLES = join(import.meta.dirname, '../../../examples/clients');

// It fetches what the language's package manager brings.
const BUILDING = 15 * 60;

function client(name, folder, launcher = 'client') {
  return {
    name,
    build: async () => {
      const { code, stdout, stderr } = await run(join(EXAMPLES, folder, 'build'), [], { seconds: BUILDING });
      if (code !== 0) throw new Error(`examples/clients/${folder}/build ended with ${code}: ${stdout}${stderr}`);
    },
    follow: (environment) => new Process(join(EXAMPLES, folder, launcher), ['follow'], environment),
  };
}

export const clients = [
  client('go', 'go'),
  client('rust', 'rust'),
  client('connect', 'typescript', 'client-connect'),
  client('connect-web', 'typescript', 'client-connect-web'),
];
