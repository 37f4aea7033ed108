// zitadel/oidc's example OP, with access tokens that are JWTs for the API, clients that are machines, and keys that can
// be rotated.
package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const audience = "auth0-multiple-api"

// The machines. Each one's secret is its name with "-secret".
const (
	plain  = "m2m"
	scoped = "m2m-scoped" // its tokens have a scope claim
	short  = "m2m-short"  // they live for two seconds
	opaque = "m2m-opaque" // they are no JWTs
	other  = "m2m-other"  // they are for another audience
)

type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func newKey() signingKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	return signingKey{uuid.NewString(), private}
}

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signingKey) Key() any                                    { return k.private }

type publicKey struct{ signingKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return &k.private.PublicKey }

// The example's clients get opaque tokens, and may ask for its own scopes alone.
type jwtClient struct{ op.Client }

func (jwtClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }
func (jwtClient) IsScopeAllowed(string) bool          { return true }

type machine struct {
	jwtClient
	id string
}

func (m machine) GetID() string { return m.id }
func (m machine) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeClientCredentials}
}

func (m machine) AccessTokenType() op.AccessTokenType {
	if m.id == opaque {
		return op.AccessTokenTypeBearer
	}
	return op.AccessTokenTypeJWT
}

// The example's storage, but for what is below.
type store struct {
	*storage.Storage
	mutex sync.Mutex
	keys  []signingKey // newest first
}

func (s *store) SigningKey(context.Context) (op.SigningKey, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.keys[0], nil
}

func (s *store) KeySet(context.Context) ([]op.Key, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var set []op.Key
	for _, key := range s.keys {
		set = append(set, publicKey{key})
	}
	return set, nil
}

func (s *store) rotate() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.keys = append([]signingKey{newKey()}, s.keys...)
}

func (s *store) retire() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.keys = s.keys[:1]
}

func (s *store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	client, err := s.Storage.GetClientByClientID(ctx, id)
	if err != nil {
		return nil, err
	}
	return jwtClient{client}, nil
}

func (s *store) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	if secret != id+"-secret" {
		return nil, errors.New("wrong client or secret")
	}
	client, err := s.Storage.GetClientByClientID(ctx, "spa")
	return machine{jwtClient{client}, id}, err
}

func (s *store) ClientCredentialsTokenRequest(_ context.Context, id string, scopes []string) (op.TokenRequest, error) {
	request := &oidc.JWTTokenRequest{Subject: id, Audience: []string{audience}, Scopes: scopes}
	if id == other {
		request.Audience = []string{"another"}
	}
	return request, nil
}

func (s *store) CreateAccessToken(ctx context.Context, request op.TokenRequest) (string, time.Time, error) {
	id, expiry, err := s.Storage.CreateAccessToken(ctx, request)
	if request.GetSubject() == short {
		expiry = time.Now().Add(2 * time.Second)
	}
	return id, expiry, err
}

// The library puts no scopes into an access token; this is where it lets a storage add claims.
func (s *store) GetPrivateClaimsFromScopes(_ context.Context, _, client string, scopes []string) (map[string]any, error) {
	if client == plain {
		return nil, nil
	}
	return map[string]any{"scope": strings.Join(scopes, " ")}, nil
}

func main() {
	address := "127.0.0.1:" + os.Getenv("PORT")
	issuer := "http://" + address + "/"
	storage.RegisterClients(storage.NativeClient("spa", "http://localhost:8080/"))
	s := &store{Storage: storage.NewStorage(storage.NewUserStore(issuer)), keys: []signingKey{newKey()}}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	mux := http.NewServeMux()
	mux.Handle("/", exampleop.SetupServer(issuer, s, logger, false))
	mux.HandleFunc("POST /test/rotate", func(http.ResponseWriter, *http.Request) { s.rotate() })
	mux.HandleFunc("POST /test/retire", func(http.ResponseWriter, *http.Request) { s.retire() })
	log.Fatal(http.ListenAndServe(address, mux))
}
