# frozen_string_literal: true

# Calls the APIs with one access token, and reads what a refusal says.

require 'google/protobuf/well_known_types'
require 'google/rpc/error_details_pb'
require 'grpc'
require 'openssl'
require 'uri'

require 'api1/v1/api1_services_pb'
require 'api2/v1/api2_services_pb'
require 'api3/v1/api3_services_pb'
require 'events/v1/events_services_pb'
require_relative 'standard'

LOOPBACK = /\A(localhost|127(\.\d{1,3}){3}|::1)\z/

# CallCredentials do not pass in plain text: the call ends before it is sent, with UNAUTHENTICATED like a refusal. There
# this adds the entry instead. It would do so to anywhere, and whoever sees the token could use it: hence LOOPBACK.
class PlainBearer < GRPC::ClientInterceptor
  def initialize(token)
    super()
    @token = token
  end

  def request_response(metadata:, **)
    metadata['authorization'] = "Bearer #{@token}"
    yield
  end
  alias bidi_streamer request_response
  alias server_streamer request_response
end

# snippet: begin
def secure(roots, token)
  credentials = GRPC::Core::ChannelCredentials.new(roots)
  return credentials if token.empty?

  # It is asked before each call: where tokens are renewed, it answers with the newest.
  bearer = GRPC::Core::CallCredentials.new(->(_) { { 'authorization' => "Bearer #{token}" } })
  credentials.compose(bearer)
end

def connect(service, server)
  service::Stub.new(server.target, server.credentials, interceptors: server.interceptors, timeout: 10)
end

def api1(stub)
  told 'api1', stub.get_status(Api1::V1::GetStatusRequest.new, return_op: true)
end

def explain(error)
  details = error.to_rpc_status&.details.to_a # nil where the status came without details
  infos = details.filter_map { |any| any.unpack(Google::Rpc::ErrorInfo) }
  if (info = infos.find { |each| each.domain == 'sekisho' })
    line 'reason', info.reason
    line 'required', info.metadata['requiredScopes']
    line 'missing', info.metadata['missingScopes']
  end
  # A String, or an Array where there are several.
  Array(error.metadata['www-authenticate']).each { |challenge| line 'challenge', challenge }
  wait = details.filter_map { |any| any.unpack(Google::Rpc::RetryInfo) }.first
  line 'retry after', format('%gs', wait.retry_delay.to_f) if wait
end
# snippet: end

def api2(stub)
  told 'api2', stub.get_status(Api2::V1::GetStatusRequest.new, return_op: true)
end

def api3(stub)
  told 'api3', stub.get_status(Api3::V1::GetStatusRequest.new, return_op: true)
end

def stream(stub)
  stub.follow(Events::V1::FollowRequest.new).each { |event| puts "#{event.number}: #{event.text}" }
  'no more events'
end

# Of an operation, since an answer alone does not come with its trailers: they tell of a call that would be refused if the
# rule of its method were enforced.
def told(name, operation)
  answer = operation.execute
  reason = operation.trailing_metadata['sekisho-would-deny']
  warn "warning: #{name} would be refused: #{reason}" if reason
  "name=#{answer.name} ok=#{answer.ok}"
end

def line(what, said)
  puts "  #{what}: #{said}" if said
end

# What there is to call, and by which stub.
CALLS = {
  'api1' => [method(:api1), Api1::V1::Api1],
  'api2' => [method(:api2), Api2::V1::Api2],
  'api3' => [method(:api3), Api3::V1::Api3],
  'health' => [Standard.method(:health), Grpc::Health::V1::Health],
  'reflection' => [Standard.method(:reflection), Grpc::Reflection::V1::ServerReflection],
  'stream' => [method(:stream), Events::V1::Events]
}.freeze

def ask(name, stub)
  call, = CALLS[name]
  puts "#{name}: OK #{call.call(stub)}"
  true
rescue GRPC::BadStatus => e
  codes = GRPC::Core::StatusCodes
  puts "#{name}: #{codes.constants.find { |code| codes.const_get(code) == e.code }} #{e.details}"
  explain(e)
  false
end

Server = Struct.new(:target, :credentials, :interceptors)

# What the environment says.
def settings
  url = URI(ENV['SEKISHO_URL'].to_s.empty? ? 'http://127.0.0.1:50051' : ENV['SEKISHO_URL'])
  token = ENV['TOKEN'].to_s
  # gRPC refuses such characters as well, but with an error that shows the token.
  abort_with 'TOKEN contains what is not printable ASCII' unless token.b.match?(/\A[ -~]*\z/)
  case url.scheme
  when 'https'
    credentials = secure(roots(ENV['SEKISHO_CA_FILE'].to_s), token)
  when 'http'
    abort_with "no plain text to #{url.hostname}, which is not loopback: use https" unless LOOPBACK.match?(url.hostname)
    credentials = :this_channel_is_insecure
    interceptors = [PlainBearer.new(token)] unless token.empty?
  else
    abort_with 'SEKISHO_URL=http[s]://HOST:PORT'
  end
  Server.new("#{url.host}:#{url.port}", credentials, interceptors || [])
rescue URI::Error => e
  abort_with "SEKISHO_URL: #{e.message}"
rescue SystemCallError, OpenSSL::X509::CertificateError => e
  abort_with "SEKISHO_CA_FILE: #{e.message}"
end

# The certificates of the file, read as such: without one the call would be UNAVAILABLE.
def roots(file)
  OpenSSL::X509::Certificate.load_file(file).map(&:to_pem).join unless file.empty?
end

def abort_with(fault)
  warn "client: #{fault}", "usage: client [#{CALLS.keys.join('|')}]…"
  exit 2
end

names = ARGV.empty? ? %w[api1 api2 api3] : ARGV
unknown = names - CALLS.keys
abort_with "unknown: #{unknown.join(' ')}" unless unknown.empty?
server = settings
stubs = CALLS.slice(*names).transform_values { |(_, service)| connect(service, server) }
exit(names.map { |name| ask(name, stubs[name]) }.all? ? 0 : 1)
