// Envoy that judges tokens, by jwt_authn with RBAC for the scope, or judges nothing; and behind it a server, or none.

const HTTP = 'type.googleapis.com/envoy.extensions.filters.http';
const CONNECTION_MANAGER =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const PROTOCOLS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

// Its configuration, as JSON, which Envoy reads. `guard` is undefined, or { issuer, audience, jwks, scope, cached }.
// `upstream` is the port of the server behind it; without one it answers by itself. `tuned` has it as fast as it was got.
export function envoyConfig(port, { guard, upstream, tuned = false }) {
  const settings = tuned ? TUNED : AS_IT_COMES;
  const manager = {
    '@type': CONNECTION_MANAGER,
    stat_prefix: 'load',
    ...settings.manager,
    route_config: { virtual_hosts: [{ name: 'api1', domains: ['*'], routes: [route(upstream, settings)] }] },
    http_filters: [...(guard ? [jwtAuthn(guard), rbac(settings.scope(guard.scope))] : []), router(settings)],
  };
  const listener = {
    address: socket(port),
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
  const clusters = upstream ? [cluster(upstream, settings)] : [];
  return JSON.stringify({ static_resources: { listeners: [listener], clusters }, ...settings.bootstrap });
}

// Its defaults. That the scope is one of the words of a text is an expression.
const AS_IT_COMES = { scope: (word) => [{ safe_regex: { regex: `(^|.* )${word}($| .*)` } }] };

// Envoy's own advice for benchmarks (its FAQ: how to benchmark Envoy), and what else was found to save it time: no
// statistics, no header of its own, no timer for each call, no expression, and as many connections to the server as come from callers.
// A limit of 1e9 is none.
const TUNED = {
  bootstrap: { stats_config: { stats_matcher: { reject_all: true } } },
  manager: {
    generate_request_id: false,
    skip_xff_append: true,
    server_header_transformation: 'PASS_THROUGH',
    stream_idle_timeout: '0s',
  },
  route: { timeout: '0s' },
  router: { dynamic_stats: false, suppress_envoy_headers: true },
  cluster: {
    circuit_breakers: {
      thresholds: [{ max_connections: 1e9, max_pending_requests: 1e9, max_requests: 1e9, max_retries: 1e9 }],
    },
  },
  upstreamHttp2: { max_concurrent_streams: 32 },
  scope: (word) => [{ contains: ` ${word} ` }, { prefix: `${word} ` }, { suffix: ` ${word}` }, { exact: word }],
};

function socket(port) {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

// A direct answer has no trailers: its status is in the head.
function route(upstream, settings) {
  if (upstream) return { match: { prefix: '/' }, route: { cluster: 'api1', ...settings.route } };
  return {
    match: { path: '/api1.v1.Api1/GetStatus' },
    direct_response: { status: 200 },
    response_headers_to_add: [header('content-type', 'application/grpc'), header('grpc-status', '0')],
  };
}

function header(key, value) {
  return { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
}

// HTTP/2 to the server too, over connections that stay.
function cluster(port, settings) {
  const explicit_http_config = { http2_protocol_options: { ...settings.upstreamHttp2 } };
  return {
    name: 'api1',
    type: 'STATIC',
    load_assignment: { cluster_name: 'api1', endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(port) } }] }] },
    typed_extension_protocol_options: {
      [PROTOCOLS]: { '@type': `type.googleapis.com/${PROTOCOLS}`, explicit_http_config },
    },
    ...settings.cluster,
  };
}

function filter(name, type, settings) {
  return { name: `envoy.filters.http.${name}`, typed_config: { '@type': `${HTTP}.${type}`, ...settings } };
}

function router(settings) {
  return filter('router', 'router.v3.Router', { ...settings.router });
}

// The token goes no further: the server behind gets none, which is Envoy's default.
function jwtAuthn({ issuer, audience, jwks, cached }) {
  const provider = {
    issuer,
    audiences: [audience],
    local_jwks: { filename: jwks },
    payload_in_metadata: 'claims',
    ...(cached && { jwt_cache_config: { jwt_cache_size: 10000 } }),
  };
  const rules = [{ match: { prefix: '/' }, requires: { provider_name: 'issuer' } }];
  return filter('jwt_authn', 'jwt_authn.v3.JwtAuthentication', { providers: { issuer: provider }, rules });
}

// `texts` are matchers, one of which has to fit the claim.
function rbac(texts) {
  const claim = (text) => ({
    metadata: { filter: 'envoy.filters.http.jwt_authn', path: [{ key: 'claims' }, { key: 'scope' }], value: { string_match: text } },
  });
  const policy = { permissions: [{ any: true }], principals: texts.map(claim) };
  return filter('rbac', 'rbac.v3.RBAC', { rules: { action: 'ALLOW', policies: { scope: policy } } });
}
