package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// health asks how the server as a whole is.
func health(ctx context.Context, conn *grpc.ClientConn, options ...grpc.CallOption) (string, error) {
	answer, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{}, options...)
	if err != nil {
		return "", err
	}
	return answer.Status.String(), nil
}
