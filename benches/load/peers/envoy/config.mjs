// Envoy with the same method as a constant answer, and before it nothing, or jwt_authn with RBAC for the scope.

const HTTP = 'type.googleapis.com/envoy.extensions.filters.http';
const CONNECTION_MANAGER =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

// `guard` is undefined, or { issuer, audience, jwks, scope, cached }. Its configuration, as JSON, which Envoy reads.
export function envoyConfig(port, guard) {
  const filters = [...(guard ? [jwtAuthn(guard), rbac(guard)] : []), filter('router', 'router.v3.Router', {})];
  const manager = {
    '@type': CONNECTION_MANAGER,
    stat_prefix: 'load',
    codec_type: 'AUTO',
    route_config: { virtual_hosts: [{ name: 'api1', domains: ['*'], routes: [route] }] },
    http_filters: filters,
  };
  const listener = {
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
  return JSON.stringify({ static_resources: { listeners: [listener] } });
}

// No server stands behind it, so that what is measured is Envoy alone. A direct answer has no trailers: its status is in
// the head.
const route = {
  match: { path: '/api1.v1.Api1/GetStatus' },
  direct_response: { status: 200 },
  response_headers_to_add: [header('content-type', 'application/grpc'), header('grpc-status', '0')],
};

function header(key, value) {
  return { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
}

function filter(name, type, settings) {
  return { name: `envoy.filters.http.${name}`, typed_config: { '@type': `${HTTP}.${type}`, ...settings } };
}

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

// The scope is one of the words of a text.
function rbac({ scope }) {
  const words = { safe_regex: { regex: `(^|.* )${scope}($| .*)` } };
  const claim = { filter: 'envoy.filters.http.jwt_authn', path: [{ key: 'claims' }, { key: 'scope' }], value: { string_match: words } };
  const policy = { permissions: [{ any: true }], principals: [{ metadata: claim }] };
  return filter('rbac', 'rbac.v3.RBAC', { rules: { action: 'ALLOW', policies: { scope: policy } } });
}
