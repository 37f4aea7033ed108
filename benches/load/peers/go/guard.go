package main

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// guard is the interceptor that one writes by golang-jwt's documentation: keys are parsed once, the parser is made once.
type guard struct {
	keys   map[string]*rsa.PublicKey
	parser *jwt.Parser
	scope  string
}

type claims struct {
	jwt.RegisteredClaims
	Scope string `json:"scope"`
}

func newGuard(file, issuer, audience, scope string) (*guard, error) {
	keys, err := readKeys(file)
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
	)
	return &guard{keys, parser, scope}, err
}

func (g *guard) intercept(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	entries := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(entries) != 1 {
		return nil, status.Error(codes.Unauthenticated, "one access token is wanted")
	}
	token, bearer := strings.CutPrefix(entries[0], "Bearer ")
	if !bearer {
		return nil, status.Error(codes.Unauthenticated, "no Bearer token")
	}
	var told claims
	if _, err := g.parser.ParseWithClaims(token, &told, g.key); err != nil {
		return nil, status.Error(codes.Unauthenticated, "the token is not valid")
	}
	if !slices.Contains(strings.Fields(told.Scope), g.scope) {
		return nil, status.Error(codes.PermissionDenied, "insufficient scope")
	}
	return next(ctx, request)
}

func (g *guard) key(token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	if key, held := g.keys[kid]; held {
		return key, nil
	}
	return nil, errors.New("a key that is not held")
}

func readKeys(file string) (map[string]*rsa.PublicKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var set struct{ Keys []struct{ Kid, N, E string } }
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, each := range set.Keys {
		n, badN := base64.RawURLEncoding.DecodeString(each.N)
		e, badE := base64.RawURLEncoding.DecodeString(each.E)
		if err := errors.Join(badN, badE); err != nil {
			return nil, err
		}
		exponent := new(big.Int).SetBytes(e)
		keys[each.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}
	}
	return keys, nil
}
