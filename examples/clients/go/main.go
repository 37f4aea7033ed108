// Client calls the three APIs with an access token, and shows what a refused caller gets to see. It also follows a
// stream for longer than a token lives.
//
// Usage: client [api1|api2|api3|health|reflection|stream|follow]…
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	api1v1 "sekisho.example/clients/go/gen/api1/v1"
	api2v1 "sekisho.example/clients/go/gen/api2/v1"
	api3v1 "sekisho.example/clients/go/gen/api3/v1"
)

// What there is to call. Each returns what to print of the answer.
var calls = map[string]func(context.Context, *grpc.ClientConn, ...grpc.CallOption) (string, error){
	"api1":       api1,
	"api2":       api2,
	"api3":       api3,
	"health":     health,
	"reflection": reflection,
	"stream":     stream,
}

func main() {
	os.Exit(run(os.Args[1:]))
}

// run makes the calls that are named, and returns the exit code.
func run(names []string) int {
	if len(names) == 0 {
		names = []string{"api1", "api2", "api3"}
	}
	for _, name := range names {
		if calls[name] == nil && name != "follow" {
			return misused("usage: client [api1|api2|api3|health|reflection|stream|follow]…")
		}
	}
	target, transport, err := server()
	if err != nil {
		return misused(err)
	}
	token, renewed, err := authorization()
	if err != nil {
		return misused(err)
	}
	options := []grpc.DialOption{grpc.WithChainUnaryInterceptor(warning), grpc.WithChainStreamInterceptor(warningOfStreams)}
	if renewed != nil {
		options = append(options, grpc.WithChainUnaryInterceptor(renewed.discarding))
	}
	conn, err := connect(target, transport, token, options...)
	if err != nil {
		return misused(err)
	}
	defer conn.Close()
	exit := 0
	for _, name := range names {
		if name == "follow" && !follows(conn, renewed) || name != "follow" && !succeeds(conn, name) {
			exit = 1
		}
	}
	return exit
}

// authorization returns what to send with each call: TOKEN as long as it is accepted, or else tokens that are renewed.
func authorization() (credentials.PerRPCCredentials, *tokens, error) {
	token := os.Getenv("TOKEN")
	if strings.ContainsFunc(token, unicode.IsControl) {
		return nil, nil, errors.New("TOKEN contains control characters, perhaps the end of a line")
	}
	if token != "" {
		return bearer(token), nil, nil
	}
	renewed, err := newTokens()
	if renewed == nil {
		return bearer(""), nil, err
	}
	return renewed, renewed, nil
}

func misused(why any) int {
	fmt.Fprintln(os.Stderr, why)
	return 2
}

// succeeds makes one call, and prints what came of it.
func succeeds(conn *grpc.ClientConn, name string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var trailer metadata.MD
	answer, err := calls[name](ctx, conn, grpc.Trailer(&trailer))
	if err != nil {
		printRefusal(name, err, trailer)
		return false
	}
	fmt.Printf("%s: OK %s\n", name, answer)
	return true
}

func printRefusal(name string, err error, trailer metadata.MD) {
	refusal := status.Convert(err)
	fmt.Printf("%s: %s %s\n", name, code.Code(refusal.Code()), refusal.Message())
	printDetails(refusal, trailer)
}

// snippet: begin

// A bearer sends an access token with each call of a connection.
type bearer string

func (token bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	if token == "" {
		return nil, nil
	}
	return map[string]string{"authorization": "Bearer " + string(token)}, nil
}

// RequireTransportSecurity returns false, since loopback has no TLS: credentials/local keep plain text
// there. What gRPC keeps back by itself looks like a refusal, Unauthenticated but without details.
func (bearer) RequireTransportSecurity() bool { return false }

func connect(
	target string, transport credentials.TransportCredentials, token credentials.PerRPCCredentials,
	options ...grpc.DialOption,
) (*grpc.ClientConn, error) {
	options = append(options, grpc.WithTransportCredentials(transport), grpc.WithPerRPCCredentials(token))
	return grpc.NewClient(target, options...)
}

func api1(ctx context.Context, conn *grpc.ClientConn, options ...grpc.CallOption) (string, error) {
	return told(api1v1.NewApi1Client(conn).GetStatus(ctx, &api1v1.GetStatusRequest{}, options...))
}

// The trailer comes by an option of the call, grpc.Trailer(&trailer): an error does not carry it.
func printDetails(refusal *status.Status, trailer metadata.MD) {
	for _, detail := range refusal.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.Domain == "sekisho" {
			show("reason", info.Reason)
			show("required", info.Metadata["requiredScopes"])
			show("missing", info.Metadata["missingScopes"])
		}
	}
	show("challenge", trailer.Get("www-authenticate")...)
	show("retry after", retryAfter(refusal))
}

// snippet: end

func api2(ctx context.Context, conn *grpc.ClientConn, options ...grpc.CallOption) (string, error) {
	return told(api2v1.NewApi2Client(conn).GetStatus(ctx, &api2v1.GetStatusRequest{}, options...))
}

func api3(ctx context.Context, conn *grpc.ClientConn, options ...grpc.CallOption) (string, error) {
	return told(api3v1.NewApi3Client(conn).GetStatus(ctx, &api3v1.GetStatusRequest{}, options...))
}

// told takes what a call of any of the three APIs returns.
func told(answer interface {
	GetName() string
	GetOk() bool
}, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("name=%s ok=%t", answer.GetName(), answer.GetOk()), nil
}

// retryAfter returns in how many seconds to call again, where a refusal says so.
func retryAfter(refusal *status.Status) string {
	retry := retryInfo(refusal)
	if retry == nil {
		return ""
	}
	return fmt.Sprintf("%vs", retry.RetryDelay.AsDuration().Seconds())
}

// retryInfo returns nil where a refusal does not say when to call again.
func retryInfo(refusal *status.Status) *errdetails.RetryInfo {
	for _, detail := range refusal.Details() {
		if retry, ok := detail.(*errdetails.RetryInfo); ok {
			return retry
		}
	}
	return nil
}

// show prints a line for each value that there is.
func show(name string, values ...string) {
	for _, value := range values {
		if value != "" {
			fmt.Printf("  %s: %s\n", name, value)
		}
	}
}
