// What Python finds by reflection where it has no generated code: services, files, and the option with its rule.
import { join } from 'node:path';
import { run } from '../processes.mjs';
import { API_NAMES } from './servers.mjs';

const PYTHON = join(import.meta.dirname, '../../../examples/clients/python/.venv/bin/python');

const PROGRAM = join(import.meta.dirname, 'descriptors.py');

const FILE = 'sekisho/v1/access.proto';

export const descriptorDatabase = {
  name: 'descriptor database',
  server: 'with keys',
  expected: {
    database: {
      services: API_NAMES.split(' '),
      'file by name': 'api1/v1/api1.proto',
      'file by symbol': FILE,
      'file by number': FILE,
      numbers: [57205],
      'unknown file': 'KeyError',
      'unknown symbol': 'KeyError',
      'unknown number': 'KeyError',
      'unknown type': 'KeyError',
    },
    pool: {
      'by name': 'sekisho.v1.access = 57205',
      'by number': 'sekisho.v1.access',
      all: ['sekisho.v1.access'],
      rule: ['api1:read:status'],
      'unknown extension': 'KeyError',
    },
  },
  find: async (url) => {
    const { stdout, stderr, code } = await run(PYTHON, [PROGRAM, new URL(url).host]);
    if (code !== 0) throw new Error(`${PROGRAM} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  },
};
