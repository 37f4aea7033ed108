// How the gate in front of an API stands.
import { type Api, alternativesOf } from './apis';
import type { CallState, Model } from './model';
import { fulfils, namesOf } from './scopes';

export type GateState = 'shut' | 'ready' | 'lacking' | 'open' | 'refused' | 'unknown';

type Standing = Pick<Model, 'config' | 'session' | 'expired' | 'calls'>;

export function gateState(api: Api, { config, session, expired, calls }: Standing): GateState {
  if (!session) return 'shut';
  const granted = namesOf(session.granted, config?.scopePrefix ?? '');
  return fromCall(calls.get(api.id)) ?? fromPass(api, granted, expired);
}

function fromCall(state: CallState | undefined): GateState | undefined {
  if (state === undefined || state === 'calling') return undefined;
  const { outcome } = state;
  if (outcome.kind === 'answered') return 'open';
  return ['unreachable', 'timeout', 'keysUnavailable'].includes(outcome.why) ? 'unknown' : 'refused';
}

// What the page expects; the server decides.
function fromPass(api: Api, granted: readonly string[], expired: boolean): GateState {
  if (expired) return 'shut';
  return fulfils(granted, alternativesOf(api.requirement)) ? 'ready' : 'lacking';
}
