// Client makes one call of kinds.v1.Kinds, and tells as JSON what its caller gets to see.
//
// Usage: client HOST:PORT METHOD [fail], with AUTHORIZATION in the environment.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	kindsv1 "sekisho.test/reports/gen/kinds/v1"
)

const wouldDeny = "sekisho-would-deny"

// What a caller sees.
type seen struct {
	Code   string   `json:"code"`
	Reason string   `json:"reason,omitempty"`
	Answer *answer  `json:"answer,omitempty"`
	Told   []string `json:"told"` // each entry of that name, in head or trailers
}

// What the handler knows.
type answer struct {
	Subject   string `json:"subject"`
	Anonymous bool   `json:"anonymous"`
	WouldDeny string `json:"wouldDeny"`
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: client HOST:PORT METHOD [fail]")
		os.Exit(2)
	}
	conn, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer conn.Close()
	request := &kindsv1.KindsRequest{Fail: slices.Contains(os.Args[3:], "fail")}
	if err := json.NewEncoder(os.Stdout).Encode(call(conn, os.Args[2], request)); err != nil {
		panic(err)
	}
}

func call(conn *grpc.ClientConn, method string, request *kindsv1.KindsRequest) seen {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if authorization, sent := os.LookupEnv("AUTHORIZATION"); sent {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", authorization)
	}
	var head, trailer metadata.MD
	response, err := invoke(ctx, kindsv1.NewKindsClient(conn), method, request, grpc.Header(&head), grpc.Trailer(&trailer))
	found := seen{
		Code: code.Code(status.Code(err)).String(),
		Told: append(append([]string{}, head.Get(wouldDeny)...), trailer.Get(wouldDeny)...),
	}
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.Domain == "sekisho" {
			found.Reason = info.Reason
		}
	}
	if err == nil {
		found.Answer = &answer{response.Subject, response.Anonymous, response.WouldDeny}
	}
	return found
}

func invoke(
	ctx context.Context, kinds kindsv1.KindsClient, method string, request *kindsv1.KindsRequest, options ...grpc.CallOption,
) (*kindsv1.KindsResponse, error) {
	switch method {
	case "Optional":
		return kinds.Optional(ctx, request, options...)
	case "ReportedScopes":
		return kinds.ReportedScopes(ctx, request, options...)
	case "ReportedAuthenticated":
		return kinds.ReportedAuthenticated(ctx, request, options...)
	case "Enforced":
		return kinds.Enforced(ctx, request, options...)
	case "OptionalFollow":
		stream, err := kinds.OptionalFollow(ctx, request, options...)
		return last(stream, err)
	case "ReportedFollow":
		stream, err := kinds.ReportedFollow(ctx, request, options...)
		return last(stream, err)
	case "ReportedUpload":
		stream, err := kinds.ReportedUpload(ctx, options...)
		if err != nil {
			return nil, err
		}
		// What Send returns is not looked at: CloseAndRecv tells why a call has ended, and Send only that it has.
		_ = stream.Send(request)
		return stream.CloseAndRecv()
	default:
		return nil, fmt.Errorf("there is no method %s", method)
	}
}

// last reads a stream to its end, where the trailers are.
func last(stream grpc.ServerStreamingClient[kindsv1.KindsResponse], err error) (*kindsv1.KindsResponse, error) {
	if err != nil {
		return nil, err
	}
	var response *kindsv1.KindsResponse
	for {
		next, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return response, nil
		}
		if err != nil {
			return nil, err
		}
		response = next
	}
}
