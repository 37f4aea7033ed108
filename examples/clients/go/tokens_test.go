package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func sent(t *testing.T, tokens *tokens) string {
	metadata, err := tokens.GetRequestMetadata(t.Context())
	if err != nil {
		t.Error(err)
	}
	return metadata["authorization"]
}

func TestATokenIsKeptUntilItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := (&issuer{}).tokens()
		for _, each := range []struct {
			wait time.Duration
			want string
		}{
			{0, "Bearer token-1"},
			{lifetime - time.Second, "Bearer token-1"},
			{time.Second, "Bearer token-2"},
		} {
			time.Sleep(each.wait)
			if found := sent(t, tokens); found != each.want {
				t.Errorf("%s, and not %s", found, each.want)
			}
		}
	})
}

func TestCallsThatNeedANewerTokenTogetherGetTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		issuer := &issuer{}
		tokens := issuer.tokens()
		sent(t, tokens)
		time.Sleep(time.Second)
		old := time.Now()
		time.Sleep(time.Second)
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				token, err := tokens.newerThan(t.Context(), old)
				if err != nil || token.AccessToken != "token-2" {
					t.Error(token, err)
				}
			})
		}
		calls.Wait()
		if issuer.requests != 2 {
			t.Errorf("%d requests", issuer.requests)
		}
	})
}

func TestCallsThatNeedATokenTogetherMakeOneRequestThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		issuer := &issuer{refuses: 503, takes: 5 * time.Second}
		tokens := issuer.tokens()
		var calls sync.WaitGroup
		for range 100 {
			calls.Go(func() {
				if _, err := tokens.GetRequestMetadata(t.Context()); status.Code(err) != codes.Unavailable {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		if issuer.requests != 1 {
			t.Errorf("%d requests", issuer.requests)
		}
		issuer.refuses = 0
		if found := sent(t, tokens); found != "Bearer token-2" {
			t.Error(found)
		}
	})
}

func TestTheIssuerIsAskedOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		issuer := &issuer{refuses: 503}
		tokens := issuer.tokens()
		for range 11 {
			if _, err := tokens.newerThan(t.Context(), start); err == nil {
				t.Error("a token came from an issuer that gives none")
			}
		}
		if took := time.Since(start); took != 10*time.Second || issuer.requests != 11 {
			t.Errorf("%d requests in %v", issuer.requests, took)
		}
	})
}

func TestACallThatGivesUpDoesNotWaitForATokenNorFailTheOthers(t *testing.T) {
	for name, first := range map[string]time.Duration{"while it fetches": time.Second, "while another fetches": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tokens := (&issuer{takes: 5 * time.Second}).tokens()
				var calls sync.WaitGroup
				for call, limit := range []time.Duration{first, 2 * time.Second, time.Hour} {
					time.Sleep(time.Millisecond) // they come in this order
					ctx, cancel := context.WithTimeout(t.Context(), limit)
					defer cancel()
					calls.Go(func() {
						came := time.Now()
						_, err := tokens.newerThan(ctx, time.Time{})
						if limit == time.Hour && err != nil {
							t.Error(call, err)
						}
						if limit != time.Hour && (!errors.Is(err, context.DeadlineExceeded) || time.Since(came) != limit) {
							t.Error(call, err, time.Since(came))
						}
					})
				}
				calls.Wait()
			})
		})
	}
}

func TestATokenThatACallIsRefusedForIsNotSentAgain(t *testing.T) {
	for name, each := range map[string]struct {
		refused error
		want    string
	}{
		"expired":       {expired, "Bearer token-2"},
		"invalid":       {invalid, "Bearer token-2"},
		"scope lacking": {refusal(codes.PermissionDenied, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "Bearer token-1"},
		"answered":      {nil, "Bearer token-1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tokens := (&issuer{}).tokens()
				sent(t, tokens)
				time.Sleep(time.Second)
				refused := func(meanwhile func()) {
					call := func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error {
						meanwhile()
						return each.refused
					}
					if err := tokens.discarding(t.Context(), "", nil, nil, nil, call); err != each.refused {
						t.Error(err)
					}
				}
				refused(func() { // late, with the first token: the next one is not discarded for it
					refused(func() {})
					time.Sleep(time.Second)
					if found := sent(t, tokens); found != each.want {
						t.Error(found)
					}
				})
				if found := sent(t, tokens); found != each.want {
					t.Error(found)
				}
			})
		})
	}
}

func TestARenewalThatFailsLeavesTheTokenThatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		issuer := &issuer{}
		tokens := issuer.tokens()
		sent(t, tokens)
		issuer.refuses = 503
		if _, err := tokens.newerThan(t.Context(), time.Now()); err == nil {
			t.Error("a token came from an issuer that gives none")
		}
		if found := sent(t, tokens); found != "Bearer token-1" {
			t.Error(found)
		}
	})
}

func TestCredentialsDoNotGoToAnIssuerOfAnotherName(t *testing.T) {
	issuer := &issuer{name: "https://another.example"}
	_, err := issuer.tokens().GetRequestMetadata(t.Context())
	if err == nil || !strings.Contains(err.Error(), "another.example") || issuer.requests != 0 {
		t.Error(err, issuer.requests)
	}
}

func TestSecretsGoOverTLSOrStayOnThisMachine(t *testing.T) {
	for address, want := range map[string]bool{
		"https://issuer.example":           true,
		"http://localhost:9000":            true,
		"http://127.0.0.2:9000/":           true,
		"http://[::1]:9000":                true,
		"http://issuer.example":            false,
		"http://localhost.example":         false,
		"http://127.0.0.1@issuer.example/": false,
		"ftp://127.0.0.1":                  false,
	} {
		t.Setenv("SEKISHO_TOKEN_CLIENT_ID", "m2m")
		t.Setenv("SEKISHO_TOKEN_CLIENT_SECRET", "secret")
		t.Setenv("SEKISHO_ISSUER", address)
		if _, err := newTokens(); (err == nil) != want {
			t.Error(address, err)
		}
	}
}
