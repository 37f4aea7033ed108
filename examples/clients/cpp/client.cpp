// Calls the APIs with one access token, and reads what a refusal says.
#include <absl/algorithm/container.h>
#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/error_details.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "api1/v1/api1.grpc.pb.h"
#include "api2/v1/api2.grpc.pb.h"
#include "api3/v1/api3.grpc.pb.h"
#include "events/v1/events.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "standard.h"

namespace {

using Channel = std::shared_ptr<grpc::Channel>;
using Credentials = std::shared_ptr<grpc::ChannelCredentials>;
using Call = grpc::Status (*)(const Channel&, grpc::ClientContext*, std::string* answer);

template <class Text>
void line(const char* what, const Text& said) {
  if (!said.empty()) std::cout << "  " << what << ": " << said << '\n';
}

std::string seconds(const google::protobuf::Duration& duration) {
  std::ostringstream text;
  text << static_cast<double>(duration.seconds()) + duration.nanos() / 1e9 << 's';
  return text.str();
}

// snippet: begin
Channel connect(const std::string& target, Credentials transport, const std::string& token) {
  if (token.empty()) return grpc::CreateChannel(target, transport);
  // Where tokens are renewed: grpc::MetadataCredentialsFromPlugin, which is asked before each call.
  auto bearer = grpc::AccessTokenCredentials(token);
  return grpc::CreateChannel(target, grpc::CompositeChannelCredentials(transport, bearer));
}

template <class Api, class Response>
grpc::Status get_status(const Channel& channel, grpc::ClientContext* context, std::string* answer) {
  Response response;
  grpc::Status status = Api::NewStub(channel)->GetStatus(context, {}, &response);
  *answer = "name=" + response.name() + " ok=" + (response.ok() ? "true" : "false");
  return status;
}

void explain(const grpc::Status& status, const grpc::ClientContext& context) {
  google::rpc::Status refusal;  // stays empty where the status came without details
  grpc::ExtractErrorDetails(status, &refusal);
  for (const auto& detail : refusal.details()) {
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&info) && info.domain() == "sekisho") {
      line("reason", info.reason());
      line("required", (*info.mutable_metadata())["requiredScopes"]);
      line("missing", (*info.mutable_metadata())["missingScopes"]);
    }
  }
  auto [challenge, end] = context.GetServerTrailingMetadata().equal_range("www-authenticate");
  for (; challenge != end; ++challenge) line("challenge", challenge->second);
  for (const auto& detail : refusal.details()) {
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&retry)) line("retry after", seconds(retry.retry_delay()));
  }
}
// snippet: end

grpc::Status stream(const Channel& channel, grpc::ClientContext* context, std::string* answer) {
  auto events = events::v1::Events::NewStub(channel)->Follow(context, {});
  events::v1::Event event;
  while (events->Read(&event)) std::cout << event.number() << ": " << event.text() << '\n';
  *answer = "no more events";
  return events->Finish();
}

const std::map<std::string, Call> CALLS = {
    {"api1", get_status<api1::v1::Api1, api1::v1::GetStatusResponse>},
    {"api2", get_status<api2::v1::Api2, api2::v1::GetStatusResponse>},
    {"api3", get_status<api3::v1::Api3, api3::v1::GetStatusResponse>},
    {"health", health},
    {"reflection", reflection},
    {"stream", stream},
};

bool ask(const std::string& name, const Channel& channel) {
  std::string answer;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  const grpc::Status status = CALLS.at(name)(channel, &context, &answer);

  // Of a call that would be refused if the rule of its method were enforced; of head and trailers, whichever it came in.
  auto [reason, end] = context.GetServerTrailingMetadata().equal_range("sekisho-would-deny");
  for (; reason != end; ++reason) std::cerr << "warning: " << name << " would be refused: " << reason->second << '\n';

  // The codes of gRPC and of Abseil are the same ones, and Abseil has their names.
  std::cout << name << ": " << absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code())) << ' '
            << (status.ok() ? answer : status.error_message()) << '\n';
  if (!status.ok()) explain(status, context);
  return status.ok();
}

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// Nothing where the file has no certificate or cannot be read: empty roots would mean the usual ones.
std::optional<grpc::SslCredentialsOptions> roots(const std::string& path) {
  grpc::SslCredentialsOptions options;
  if (path.empty()) return options;
  std::ostringstream pem;
  pem << std::ifstream(path).rdbuf();
  options.pem_root_certs = pem.str();
  if (!absl::StrContains(options.pem_root_certs, "BEGIN CERTIFICATE")) return std::nullopt;
  return options;
}

Credentials transport(bool tls) {
  if (tls) {
    const auto options = roots(setting("SEKISHO_CA_FILE"));
    return options ? grpc::SslCredentials(*options) : nullptr;
  }
  // Of InsecureChannelCredentials CompositeChannelCredentials makes a null pointer, and a call that brings its own
  // ends before it is sent, with UNAUTHENTICATED like a refusal. These let the token pass in plain text, and connect
  // to loopback alone: elsewhere whoever sees the token could use it, so that the way there is https.
  return grpc::experimental::LocalCredentials(LOCAL_TCP);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names(argv + 1, argv + argc);
  if (names.empty()) names = {"api1", "api2", "api3"};
  bool known = true;
  for (const auto& name : names) known = known && CALLS.count(name) == 1;

  const std::string url = setting("SEKISHO_URL").empty() ? "http://127.0.0.1:50051" : setting("SEKISHO_URL");
  std::smatch parts;
  const bool valid = std::regex_match(url, parts, std::regex(R"((https?)://(\[[^\]]+\]|[^:/@]+)(:\d+)?/?)"));
  const bool tls = parts[1] == "https";
  // Of an address without a port gRPC would take port 0.
  const std::string target = parts[2].str() + (parts[3].matched ? parts[3].str() : tls ? ":443" : ":80");
  const Credentials credentials = valid ? transport(tls) : nullptr;
  const std::string token = setting("TOKEN");
  // gRPC sends control characters as they are, and the server ends the connection.
  if (!known || !credentials || absl::c_any_of(token, absl::ascii_iscntrl)) {
    std::cerr << "usage: client [api1|api2|api3|health|reflection|stream]…; SEKISHO_URL=http[s]://HOST[:PORT], "
                 "SEKISHO_CA_FILE=a PEM file, TOKEN without control characters\n";
    return 2;
  }

  const Channel channel = connect(target, credentials, token);
  bool answered = true;
  for (const auto& name : names) answered = ask(name, channel) && answered;
  return answered ? 0 : 1;
}
