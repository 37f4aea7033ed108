package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
)

// reflection asks which services there are.
func reflection(ctx context.Context, conn *grpc.ClientConn, options ...grpc.CallOption) (string, error) {
	stream, err := grpc_reflection_v1.NewServerReflectionClient(conn).ServerReflectionInfo(ctx, options...)
	if err != nil {
		return "", err
	}
	// What Send returns is not looked at: Recv tells why a call has ended, and Send only that it has.
	_ = stream.Send(&grpc_reflection_v1.ServerReflectionRequest{
		MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{},
	})
	_ = stream.CloseSend()
	answer, err := stream.Recv()
	if err != nil {
		return "", err
	}
	// To its end: a stream that is left before has no trailers.
	if _, err = stream.Recv(); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if fault := answer.GetErrorResponse(); fault != nil {
		return "", status.Error(codes.Code(fault.ErrorCode), fault.ErrorMessage)
	}
	var names []string
	for _, service := range answer.GetListServicesResponse().GetService() {
		names = append(names, service.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " "), nil
}
