"""Calls the APIs with one access token, and reads what a refusal says."""

import os
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import grpc
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from grpc_status import rpc_status

import standard
from api1.v1 import api1_pb2, api1_pb2_grpc
from api2.v1 import api2_pb2, api2_pb2_grpc
from api3.v1 import api3_pb2, api3_pb2_grpc
from events.v1 import events_pb2, events_pb2_grpc
from would_deny import Warnings

Detail = TypeVar("Detail", bound=Message)


def main(names: list[str]) -> int:
    if not CALLS.keys() >= set(names):
        return misused(f"usage: client [{'|'.join(CALLS)}]…")
    token = os.environ.get("TOKEN", "")
    if not token.isprintable():
        return misused("TOKEN contains control characters, perhaps the end of a line")
    try:
        url = urlsplit(os.environ.get("SEKISHO_URL") or "http://127.0.0.1:50051")
        # Of a target without a port gRPC takes 443, in plain text too.
        target = url.netloc if url.port or url.scheme == "https" else f"{url.netloc}:80"
        credentials = transport(url.scheme)
    except ValueError as fault:
        return misused(f"SEKISHO_URL: {fault}")
    except OSError as fault:
        return misused(f"SEKISHO_CA_FILE: {fault}")
    with connect(target, credentials, token) as channel:
        answered = [ask(name, channel) for name in names or ("api1", "api2", "api3")]
    return 0 if all(answered) else 1


def misused(why: str) -> int:
    print(why, file=sys.stderr)
    return 2


def transport(scheme: str) -> grpc.ChannelCredentials:
    if scheme == "https":
        return tls(os.environ.get("SEKISHO_CA_FILE"))
    if scheme != "http":
        raise ValueError("is neither http:// nor https://")
    # insecure_channel takes no call credentials, and a call that brings its own ends before it is sent, with
    # UNAUTHENTICATED like a refusal. These let them pass in plain text, and connect to loopback alone: elsewhere
    # whoever sees the token could use it, so that the way there is https.
    return grpc.local_channel_credentials(grpc.LocalConnectionType.LOCAL_TCP)


def tls(roots: str | None) -> grpc.ChannelCredentials:
    if not roots:
        return grpc.ssl_channel_credentials()
    # Empty roots are the usual ones to gRPC: this one raises where the file has no certificate.
    ssl.create_default_context(cafile=roots)
    return grpc.ssl_channel_credentials(Path(roots).read_bytes())


# snippet: begin
def connect(target: str, credentials: grpc.ChannelCredentials, token: str) -> grpc.Channel:
    if token:
        # Where tokens are renewed: metadata_call_credentials, whose plugin is asked before each call.
        bearer = grpc.access_token_call_credentials(token)
        credentials = grpc.composite_channel_credentials(credentials, bearer)
    return grpc.intercept_channel(grpc.secure_channel(target, credentials), Warnings())


def api1(channel: grpc.Channel) -> str:
    return told(api1_pb2_grpc.Api1Stub(channel).GetStatus(api1_pb2.GetStatusRequest(), timeout=10))


def reasons(error: grpc.Call) -> Iterator[tuple[str, str]]:
    for info in details(error, ErrorInfo):
        if info.domain == "sekisho":
            yield "reason", info.reason
            yield "required", info.metadata["requiredScopes"]  # empty where there is none
            yield "missing", info.metadata["missingScopes"]
    yield from (("challenge", v) for k, v in error.trailing_metadata() if k == "www-authenticate")
    for retry in details(error, RetryInfo):
        yield "retry after", f"{retry.retry_delay.ToTimedelta().total_seconds():g}s"


def details(error: grpc.Call, kind: type[Detail]) -> list[Detail]:
    status = rpc_status.from_call(error)  # None where the status came without details
    packed = status.details if status else ()
    return [message for each in packed if each.Unpack(message := kind())]
# snippet: end


def api2(channel: grpc.Channel) -> str:
    return told(api2_pb2_grpc.Api2Stub(channel).GetStatus(api2_pb2.GetStatusRequest(), timeout=10))


def api3(channel: grpc.Channel) -> str:
    return told(api3_pb2_grpc.Api3Stub(channel).GetStatus(api3_pb2.GetStatusRequest(), timeout=10))


def told(answer) -> str:
    return f"name={answer.name} ok={str(answer.ok).lower()}"


def stream(channel: grpc.Channel) -> str:
    for event in events_pb2_grpc.EventsStub(channel).Follow(events_pb2.FollowRequest(), timeout=10):
        print(f"{event.number}: {event.text}")
    return "no more events"


CALLS = {
    "api1": api1,
    "api2": api2,
    "api3": api3,
    "health": standard.health,
    "reflection": standard.reflection,
    "stream": stream,
}


def ask(name: str, channel: grpc.Channel) -> bool:
    try:
        print(f"{name}: OK {CALLS[name](channel)}")
        return True
    except grpc.RpcError as error:
        assert isinstance(error, grpc.Call)  # what a call raises is both
        print(f"{name}: {error.code().name} {error.details()}")
        for what, said in reasons(error):
            if said:
                print(f"  {what}: {said}")
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
