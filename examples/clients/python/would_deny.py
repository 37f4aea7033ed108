"""Tells of each call that would be refused if the rule of its method were enforced."""

import sys

import grpc


class Warnings(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    def intercept_unary_unary(self, continuation, client_call_details, request):
        call = continuation(client_call_details, request)
        call.add_done_callback(lambda ended: warn(client_call_details.method, ended))
        return call

    intercept_unary_stream = intercept_unary_unary


def warn(method: str, ended: grpc.Call) -> None:
    # Of head and trailers, whichever it came in.
    for name, reason in ended.trailing_metadata() or ():
        if name == "sekisho-would-deny":
            print(f"warning: {method} would be refused: {reason}", file=sys.stderr)
