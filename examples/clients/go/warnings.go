package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// snippet: begin

// warning is an interceptor: it tells of each call that would be refused if the rule of its method were enforced. Of an
// answer without a message too, the entry is among the trailers.
func warning(
	ctx context.Context, method string, request, answer any,
	conn *grpc.ClientConn, call grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	var trailer metadata.MD
	err := call(ctx, method, request, answer, conn, slices.Concat(options, []grpc.CallOption{grpc.Trailer(&trailer)})...)
	warn(method, trailer)
	return err
}

// warningOfStreams does the same once a stream has ended.
func warningOfStreams(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string,
	open grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	var trailer metadata.MD
	finished := grpc.OnFinish(func(error) { warn(method, trailer) })
	return open(ctx, description, conn, method, slices.Concat(options, []grpc.CallOption{grpc.Trailer(&trailer), finished})...)
}

func warn(method string, trailer metadata.MD) {
	for _, reason := range trailer.Get("sekisho-would-deny") {
		fmt.Fprintf(os.Stderr, "warning: %s would be refused: %s\n", method, reason)
	}
}

// snippet: end
