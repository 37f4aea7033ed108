// The services that come with gRPC: how the server is, and what it serves.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

grpc::Status health(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext* context, std::string* answer);

grpc::Status reflection(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext* context, std::string* answer);
