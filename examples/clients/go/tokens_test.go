package main

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
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
