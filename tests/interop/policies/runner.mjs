// Runs the steps of a workflow, or of the action itself, as GitHub's runner does: what is in the file, and nothing else.
// usage: node runner.mjs FILE WORKSPACE SUMMARY [INPUT=VALUE…]
//
// FILE is the repository's action.yml, or a workflow that uses it; the INPUTs are added to those that the file gives the
// action. The checkout and the tools that a workflow asks for have to be there already. Of this process' environment a step
// gets PATH, HOME, TMPDIR and what begins with GITHUB_ or GIT_. The exit code is that of the step that failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ACTION = resolve(dirname(fileURLToPath(import.meta.url)), '../../../action.yml');
const [file, workspace, summary, ...given] = process.argv.slice(2);
const inputs = Object.fromEntries(given.map((input) => [input.slice(0, input.indexOf('=')), input.slice(input.indexOf('=') + 1)]));
const temporary = mkdtempSync(join(tmpdir(), 'runner-'));
process.on('exit', () => rmSync(temporary, { recursive: true }));

const described = parse(readFileSync(file, 'utf8'));
if (described.runs) action(file, inputs);
else for (const job of Object.values(described.jobs)) job.steps.forEach((step) => ofWorkflow(step));

function ofWorkflow(step) {
  if (step.run) run(step, contexts(), '.');
  else if (/^[^/]+\/sekisho@/.test(step.uses)) action(ACTION, { ...evaluated(step.with), ...inputs });
  else if (!/^(actions\/(checkout|cache|setup-java|setup-python)|bufbuild\/buf-action)@[0-9a-z.]+$/.test(step.uses)) throw new Error(`unknown: ${step.uses}`);
}

// A composite action: its steps, with the inputs that it was given or their defaults.
function action(path, values) {
  const { inputs: declared, outputs, runs } = parse(readFileSync(path, 'utf8'));
  if (runs.using !== 'composite') throw new Error('not composite');
  for (const name of Object.keys(values)) if (!(name in declared)) throw new Error(`the action has no input ${name}`);
  const defaults = Object.entries(declared).map(([name, { default: value }]) => [name, values[name] ?? value ?? '']);
  const known = { ...contexts(), inputs: Object.fromEntries(defaults), steps: {} };
  const folder = dirname(resolve(path));
  for (const step of runs.steps) {
    if (!step.shell) throw new Error(`a step of a composite action names its shell: ${step.name}`);
    const after = (found) => { if (step.id) known.steps[step.id] = { outputs: found }; };
    run(step, known, evaluate(step['working-directory'] ?? '.', known), folder, after, () => tell(outputs, known));
  }
  tell(outputs, known);
}

function tell(outputs, contexts) {
  for (const [name, { value }] of Object.entries(outputs)) console.log(`output ${name}=${evaluate(value, contexts)}`);
}

// One step with `run`. A text in ${{ }} there would become part of a command.
function run(step, contexts, folder, path = '', after = () => {}, failing = () => {}) {
  if (/\$\{\{/.test(step.run)) throw new Error(`an expression within a command: ${step.run}`);
  if (step.if || step['continue-on-error']) throw new Error('not known here: if, continue-on-error');
  const script = join(temporary, 'script.sh');
  const output = join(temporary, 'output');
  writeFileSync(script, step.run);
  writeFileSync(output, '');
  const env = { ...surroundings(), GITHUB_ACTION_PATH: path, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: resolve(summary) };
  for (const [name, value] of Object.entries(step.env ?? {})) env[name] = evaluate(String(value), contexts);
  const cwd = resolve(workspace, folder);
  const { status, signal } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  after(Object.fromEntries(readFileSync(output, 'utf8').split('\n').filter(Boolean).map((line) => line.split(/=(.*)/s, 2))));
  if (status === 0) return;
  failing();
  process.exit(status ?? (signal ? 128 : 1));
}

function surroundings() {
  const kept = Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|GITHUB_.*|GIT_.*)$/.test(name));
  return { ...Object.fromEntries(kept), CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: resolve(workspace), RUNNER_TEMP: temporary };
}

function contexts() {
  return { github: github(), runner: { temp: temporary } };
}

function evaluated(values = {}) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, evaluate(value, contexts())]));
}

// What github.event tells is in a file, as on a runner.
function github() {
  return { event: process.env.GITHUB_EVENT_PATH ? JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8')) : {} };
}

// Names of contexts, and texts in quotes, with `||` between them: no more is used.
function evaluate(text, contexts) {
  return String(text).replace(/\$\{\{(.*?)\}\}/g, (_all, expression) => {
    const values = expression.split('||').map((name) => named(name.trim(), contexts));
    return values.find(Boolean) ?? '';
  });
}

function named(name, contexts) {
  if (/^'[^']*'$/.test(name)) return name.slice(1, -1);
  if (!/^[a-z_-]+(\.[a-z_-]+)+$/.test(name)) throw new Error(`no name of a context: ${name}`);
  return name.split('.').reduce((value, part) => value?.[part], contexts);
}
