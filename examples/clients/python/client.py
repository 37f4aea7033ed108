"""Calls the APIs with one access token, and reads what a refusal says."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import grpc
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from grpc_status import rpc_status

import standard
from api1.v1 import api1_pb2, api1_pb2_grpc
from api2.v1 import api2_pb2, api2_pb2_grpc
from api3.v1 import api3_pb2, api3_pb2_grpc


def main(names: list[str]) -> int:
    url = urlsplit(os.environ.get("SEKISHO_URL") or "http://127.0.0.1:50051")
    if url.scheme not in ("http", "https") or not CALLS.keys() >= set(names):
        print(f"usage: client [{'|'.join(CALLS)}]…; SEKISHO_URL=http[s]://HOST:PORT", file=sys.stderr)
        return 2
    try:
        credentials = transport(url)
    except OSError as fault:
        print(f"SEKISHO_CA_FILE: {fault}", file=sys.stderr)
        return 2
    with connect(url.netloc, credentials, os.environ.get("TOKEN", "")) as channel:
        answered = [ask(name, channel) for name in names or ("api1", "api2", "api3")]
    return 0 if all(answered) else 1


def transport(url: SplitResult) -> grpc.ChannelCredentials:
    if url.scheme == "https":
        roots = os.environ.get("SEKISHO_CA_FILE")
        return grpc.ssl_channel_credentials(Path(roots).read_bytes() if roots else None)
    # insecure_channel takes no call credentials, and a call that brings its own ends before it is sent, with
    # UNAUTHENTICATED like a refusal. These let them pass in plain text, and connect to loopback alone: elsewhere
    # whoever sees the token could use it, so that the way there is https.
    return grpc.local_channel_credentials(grpc.LocalConnectionType.LOCAL_TCP)


# snippet: begin
def connect(target: str, credentials: grpc.ChannelCredentials, token: str) -> grpc.Channel:
    if token:
        # Where tokens are renewed: metadata_call_credentials, whose plugin is asked before each call.
        bearer = grpc.access_token_call_credentials(token)
        credentials = grpc.composite_channel_credentials(credentials, bearer)
    return grpc.secure_channel(target, credentials)


def api1(channel: grpc.Channel) -> str:
    return told(api1_pb2_grpc.Api1Stub(channel).GetStatus(api1_pb2.GetStatusRequest(), timeout=10))


def reasons(error: grpc.RpcError) -> Iterator[tuple[str, str]]:
    if (info := detail(error, ErrorInfo)) and info.domain == "sekisho":
        yield "reason", info.reason
        yield "required", info.metadata["requiredScopes"]  # empty where there is none
        yield "missing", info.metadata["missingScopes"]
    yield from (("challenge", v) for k, v in error.trailing_metadata() if k == "www-authenticate")
    if retry := detail(error, RetryInfo):
        yield "retry after", f"{retry.retry_delay.ToTimedelta().total_seconds():g}s"


def detail(error: grpc.RpcError, kind: type[Message]) -> Message | None:
    status = rpc_status.from_call(error)  # None where the status came without details
    details = status.details if status else ()
    return next((message for any in details if any.Unpack(message := kind())), None)
# snippet: end


def api2(channel: grpc.Channel) -> str:
    return told(api2_pb2_grpc.Api2Stub(channel).GetStatus(api2_pb2.GetStatusRequest(), timeout=10))


def api3(channel: grpc.Channel) -> str:
    return told(api3_pb2_grpc.Api3Stub(channel).GetStatus(api3_pb2.GetStatusRequest(), timeout=10))


def told(answer) -> str:
    return f"name={answer.name} ok={str(answer.ok).lower()}"


CALLS = {"api1": api1, "api2": api2, "api3": api3, "health": standard.health, "reflection": standard.reflection}


def ask(name: str, channel: grpc.Channel) -> bool:
    try:
        print(f"{name}: OK {CALLS[name](channel)}")
        return True
    except grpc.RpcError as error:
        print(f"{name}: {error.code().name} {error.details()}")
        for what, said in reasons(error):
            if said:
                print(f"  {what}: {said}")
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
