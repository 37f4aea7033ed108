#include "standard.h"

#include <absl/strings/str_join.h>

#include <set>

#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"

grpc::Status health(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext* context, std::string* answer) {
  grpc::health::v1::HealthCheckResponse response;
  grpc::Status status = grpc::health::v1::Health::NewStub(channel)->Check(context, {}, &response);
  *answer = grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response.status());
  return status;
}

grpc::Status reflection(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext* context, std::string* answer) {
  auto stub = grpc::reflection::v1::ServerReflection::NewStub(channel);
  auto stream = stub->ServerReflectionInfo(context);
  grpc::reflection::v1::ServerReflectionRequest request;
  request.set_list_services("*");
  stream->Write(request);
  stream->WritesDone();

  std::set<std::string> names;
  grpc::reflection::v1::ServerReflectionResponse response;
  while (stream->Read(&response)) {
    for (const auto& service : response.list_services_response().service()) names.insert(service.name());
  }
  *answer = absl::StrJoin(names, " ");
  return stream->Finish();
}
