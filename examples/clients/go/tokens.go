package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// tokens keeps the access token of a client of its own name (RFC 6749 §4.4), and fetches the next one. They are the
// credentials of all calls of a connection.
//
// oauth2.ReuseTokenSource would keep a token too, but cannot be told that the server no longer accepts it.
type tokens struct {
	issuer string
	client *http.Client

	turn    chan struct{} // has room for one, who fetches a token: all who wait for their turn get the same
	config  clientcredentials.Config
	held    *oauth2.Token
	fetched time.Time
	asked   time.Time // when the last fetch began
	failed  time.Time // when it ended, where it has failed
	failure error

	spent atomic.Pointer[time.Time] // tokens that were fetched before are not to be sent again
}

// From the beginning of a fetch until the next one may begin: issuers meter them.
const betweenFetches = time.Second

// newTokens returns the tokens of the client that the environment names; nil where it names none.
func newTokens() (*tokens, error) {
	id := os.Getenv("SEKISHO_TOKEN_CLIENT_ID")
	if id == "" {
		return nil, nil
	}
	for _, name := range []string{"SEKISHO_TOKEN_CLIENT_SECRET", "SEKISHO_ISSUER"} {
		if os.Getenv(name) == "" {
			return nil, fmt.Errorf("SEKISHO_TOKEN_CLIENT_ID wants %s as well", name)
		}
	}
	issuer, err := url.Parse(os.Getenv("SEKISHO_ISSUER"))
	if err == nil {
		err = secure(issuer)
	}
	if err != nil {
		return nil, fmt.Errorf("SEKISHO_ISSUER: %w", err)
	}
	client, err := issuerClient(os.Getenv("SEKISHO_CA_FILE"))
	if err != nil {
		return nil, fmt.Errorf("SEKISHO_CA_FILE: %w", err)
	}
	config := clientcredentials.Config{
		ClientID:     id,
		ClientSecret: os.Getenv("SEKISHO_TOKEN_CLIENT_SECRET"),
		Scopes:       strings.Fields(os.Getenv("SEKISHO_SCOPE")),
		// Not found out by trying: an issuer that refuses the client would be asked twice.
		AuthStyle: oauth2.AuthStyleInHeader,
	}
	if audience := os.Getenv("SEKISHO_AUDIENCE"); audience != "" {
		config.EndpointParams = url.Values{"audience": {audience}}
	}
	return &tokens{issuer: os.Getenv("SEKISHO_ISSUER"), client: client, turn: make(chan struct{}, 1), config: config}, nil
}

// GetRequestMetadata is asked before each call.
func (t *tokens) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	var old time.Time
	if spent := t.spent.Load(); spent != nil {
		old = *spent
	}
	token, err := t.newerThan(ctx, old)
	if err != nil {
		return nil, noToken(err)
	}
	return map[string]string{"authorization": "Bearer " + token.AccessToken}, nil
}

// RequireTransportSecurity returns false, as that of bearer does.
func (*tokens) RequireTransportSecurity() bool { return false }

// discarding is an interceptor: a call that is refused for its token has the next call send another. It is not made again,
// which is the caller's to decide.
func (t *tokens) discarding(
	ctx context.Context, method string, request, answer any,
	conn *grpc.ClientConn, call grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	begun := time.Now()
	err := call(ctx, method, request, answer, conn, options...)
	if isOfToken(status.Convert(err)) {
		t.spent.Store(&begun) // and not a token that was fetched meanwhile
	}
	return err
}

// newerThan returns a token that was fetched after that time, and fetches one where none is held. Whoever has waited for
// a fetch that failed gets its failure; whoever comes later waits until there may be another.
func (t *tokens) newerThan(ctx context.Context, old time.Time) (*oauth2.Token, error) {
	came := time.Now()
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// Not by oauth2.Token.Valid, which takes a token for expired 10 seconds before.
	expired := t.held == nil || !t.held.Expiry.IsZero() && !time.Now().Before(t.held.Expiry)
	if !expired && t.fetched.After(old) {
		return t.held, nil
	}
	if t.failure != nil && came.Before(t.failed) {
		return nil, t.failure
	}
	select {
	case <-time.After(time.Until(t.asked.Add(betweenFetches))):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	t.asked = time.Now()
	token, err := t.fetch(ctx)
	if err != nil {
		if ctx.Err() == nil { // else it is the caller who has given up, and no other's affair
			t.failed, t.failure = time.Now(), err
		}
		return nil, err
	}
	t.held, t.fetched, t.failure = token, time.Now(), nil
	return token, nil
}

func (t *tokens) fetch(ctx context.Context) (*oauth2.Token, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, t.client)
	if t.config.TokenURL == "" {
		// Refuses an issuer of another name (RFC 8414 §3.3).
		provider, err := oidc.NewProvider(ctx, t.issuer)
		if err != nil {
			return nil, err
		}
		t.config.TokenURL = provider.Endpoint().TokenURL
	}
	return t.config.Token(ctx)
}

// noToken returns what a call ends with that has no token to be sent: Unavailable, where another try may have one.
func noToken(err error) error {
	code, why := codes.Unavailable, err.Error()
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) {
		// Without the body, which may be anything.
		why = strings.TrimSpace("the issuer says " + answer.Response.Status + " " + answer.ErrorCode)
		if refused := answer.Response.StatusCode; refused < 500 && refused != http.StatusTooManyRequests {
			code = codes.Unauthenticated
		}
	}
	return status.Error(code, "No access token could be fetched: "+why)
}

// issuerClient trusts the roots in the file besides the usual ones, and sends nothing over plain text but to loopback.
func issuerClient(roots string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if roots != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, err
		}
		pem, err := os.ReadFile(roots)
		if err != nil {
			return nil, err
		}
		pool.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return &http.Client{
		Transport: secureTransport{transport},
		Timeout:   5 * time.Second,
		// The secret goes to the issuer that was named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

type secureTransport struct{ http.RoundTripper }

func (transport secureTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := secure(request.URL); err != nil {
		return nil, err
	}
	return transport.RoundTripper.RoundTrip(request)
}

// secure returns an error for a URL to which secrets would go in plain text, and not to this machine.
func secure(address *url.URL) error {
	host := address.Hostname()
	loopback := host == "localhost" || net.ParseIP(host).IsLoopback()
	if address.Scheme == "https" || address.Scheme == "http" && loopback {
		return nil
	}
	return fmt.Errorf("%s is neither https, nor http on loopback", address)
}
