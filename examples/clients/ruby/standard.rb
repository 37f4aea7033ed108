# frozen_string_literal: true

require 'grpc/health/v1/health_services_pb'
require 'grpc/reflection/v1/reflection_services_pb'

# The services that come with gRPC: how the server is, and what it serves.
module Standard
  def self.health(stub)
    stub.check(Grpc::Health::V1::HealthCheckRequest.new).status
  end

  def self.reflection(stub)
    answers = stub.server_reflection_info([Grpc::Reflection::V1::ServerReflectionRequest.new(list_services: '*')])
    answers.flat_map { |answer| answer.list_services_response&.service.to_a.map(&:name) }.sort.join(' ')
  end
end
