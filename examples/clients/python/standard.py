"""The services that come with gRPC: how the server is, and what it serves."""

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest, ServerReflectionResponse


def health(channel: grpc.Channel) -> str:
    answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def reflection(channel: grpc.Channel) -> str:
    # The package has a stub of v1alpha only. The messages of v1 are the same byte for byte; the path is another.
    call = channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=ServerReflectionRequest.SerializeToString,
        response_deserializer=ServerReflectionResponse.FromString,
    )
    answers = call(iter([ServerReflectionRequest(list_services="*")]), timeout=10)
    return " ".join(sorted(service.name for a in answers for service in a.list_services_response.service))
