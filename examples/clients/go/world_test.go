package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	eventsv1 "sekisho.example/clients/go/gen/events/v1"
)

// Of a token.
const lifetime = 5 * time.Minute

// An issuer without a network, so that a test's clock can stand for time. It counts what it is asked for.
type issuer struct {
	name     string // as it calls itself
	refuses  int    // the HTTP status, where it gives no tokens
	takes    time.Duration
	requests int
}

func (i *issuer) tokens() *tokens {
	return &tokens{
		issuer: "https://issuer.example",
		client: &http.Client{Transport: i},
		turn:   make(chan struct{}, 1),
		config: clientcredentials.Config{ClientID: "m2m", AuthStyle: oauth2.AuthStyleInHeader},
	}
}

func (i *issuer) RoundTrip(request *http.Request) (*http.Response, error) {
	code, body := http.StatusOK, ""
	if request.URL.Path != "/token" {
		body = fmt.Sprintf(`{"issuer":%q,"token_endpoint":"https://issuer.example/token"}`, cmp.Or(i.name, "https://issuer.example"))
	} else if i.requests++; i.wait(request.Context()) != nil {
		return nil, request.Context().Err()
	} else if i.refuses != 0 {
		code, body = i.refuses, `{"error":"invalid_client"}`
	} else {
		body = fmt.Sprintf(`{"access_token":"token-%d","token_type":"Bearer","expires_in":%v}`, i.requests, lifetime.Seconds())
	}
	return &http.Response{
		StatusCode: code,
		Status:     fmt.Sprint(code, " ", http.StatusText(code)),
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(body)),
		Request:    request,
	}, nil
}

func (i *issuer) wait(ctx context.Context) error {
	select {
	case <-time.After(i.takes):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// A scripted server answers each call, from the first on, as it is told to. It has a new event each second.
type scripted struct {
	answer func(call int) answer
	calls  int
	begun  time.Time
}

// An answer is a stream, or where it has no head a refusal.
type answer struct {
	head metadata.MD
	ends time.Duration // in how long; at once where it is 0
	with error
}

func (s *scripted) Follow(
	ctx context.Context, request *eventsv1.FollowRequest, _ ...grpc.CallOption,
) (grpc.ServerStreamingClient[eventsv1.Event], error) {
	s.calls++
	answer := s.answer(s.calls)
	return &scriptedStream{server: s, ctx: ctx, answer: answer, ends: time.Now().Add(answer.ends), last: request.After}, nil
}

type scriptedStream struct {
	grpc.ClientStream
	server *scripted
	ctx    context.Context
	answer answer
	ends   time.Time
	last   uint64
}

func (s *scriptedStream) Header() (metadata.MD, error) { return s.answer.head, nil }

func (s *scriptedStream) Trailer() metadata.MD { return nil }

func (s *scriptedStream) Recv() (*eventsv1.Event, error) {
	next := s.server.begun.Add(time.Duration(s.last+1) * time.Second)
	isLast := s.answer.head == nil || s.answer.ends == 0 || next.After(s.ends)
	if isLast {
		next = s.ends
	}
	select {
	case <-s.ctx.Done():
		return nil, status.FromContextError(s.ctx.Err()).Err()
	case <-time.After(time.Until(next)):
	}
	if isLast {
		return nil, s.answer.with
	}
	s.last++
	return &eventsv1.Event{Number: s.last}, nil
}

// A head that tells when the stream ends; of 0, one that does not.
func head(left time.Duration) metadata.MD {
	head := metadata.MD{"content-type": {"application/grpc"}}
	if left != 0 {
		head.Set("sekisho-expires-in", fmt.Sprint(int(left.Seconds())))
	}
	return head
}

func refusal(code codes.Code, reason string) error {
	refused, err := status.New(code, "no").WithDetails(&errdetails.ErrorInfo{Domain: "sekisho", Reason: reason})
	if err != nil {
		panic(err)
	}
	return refused.Err()
}
