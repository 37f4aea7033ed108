// The APIs as their descriptors tell of them: which methods there are, and what each asks for.
import { type DescMethodUnary, type DescService, getOption, hasOption } from '@bufbuild/protobuf';
import { Api1 } from './gen/api1/v1/api1_pb';
import { Api2 } from './gen/api2/v1/api2_pb';
import { Api3 } from './gen/api3/v1/api3_pb';
import { type AccessRule, Mode, access, default_access } from './gen/sekisho/v1/access_pb';
import type { Alternatives } from './scopes';

export type Requirement =
  | { readonly kind: 'public' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'optional' }
  | { readonly kind: 'scopes'; readonly alternatives: Alternatives };

export interface Api {
  /** Stable, for ids in the page: api1. */
  readonly id: string;
  /** For people: API1. */
  readonly name: string;
  /** As gRPC has it: api1.v1.Api1/GetStatus. */
  readonly path: string;
  readonly requirement: Requirement;
  /** A call that does not fulfil the requirement goes through, and that is reported. */
  readonly reportOnly: boolean;
  readonly method: DescMethodUnary;
}

export function apis(): Api[] {
  return [Api1, Api2, Api3].flatMap((service: DescService) => service.methods.filter(isUnary).map(api));
}

/** The scopes that any of the APIs names, in their order. */
export function namedScopes(all: readonly Api[]): string[] {
  return [...new Set(all.flatMap(({ requirement }) => alternativesOf(requirement).flat()))];
}

export function alternativesOf(requirement: Requirement): Alternatives {
  return requirement.kind === 'scopes' ? requirement.alternatives : [];
}

function isUnary(method: DescService['methods'][number]): method is DescMethodUnary {
  return method.methodKind === 'unary';
}

function api(method: DescMethodUnary): Api {
  const rule = ruleOf(method);
  return {
    id: method.parent.name.toLowerCase(),
    name: method.parent.name.toUpperCase(),
    path: `${method.parent.typeName}/${method.name}`,
    requirement: requirementOf(rule),
    reportOnly: isReportOnly(rule),
    method,
  };
}

// The method's own rule, or else the one that its service sets: as the server reads them.
function ruleOf(method: DescMethodUnary): AccessRule {
  return hasOption(method, access) ? getOption(method, access) : getOption(method.parent, default_access);
}

export function requirementOf(rule: AccessRule): Requirement {
  if (rule.public) return { kind: 'public' };
  if (rule.authenticated) return { kind: 'authenticated' };
  if (rule.optional) return { kind: 'optional' };
  if (rule.allOf.length > 0) return { kind: 'scopes', alternatives: [rule.allOf] };
  return { kind: 'scopes', alternatives: rule.anyOf.map(({ allOf }) => allOf) };
}

export function isReportOnly(rule: AccessRule): boolean {
  return rule.mode === Mode.REPORT_ONLY;
}
