package main

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"os"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/local"
)

// server returns what SEKISHO_URL names: where it is, and whether TLS is spoken there.
func server() (target string, transport credentials.TransportCredentials, err error) {
	address, err := url.Parse(cmp.Or(os.Getenv("SEKISHO_URL"), "http://127.0.0.1:50051"))
	if err != nil {
		return "", nil, fmt.Errorf("SEKISHO_URL: %w", err)
	}
	port := "443"
	switch address.Scheme {
	case "https":
		transport, err = withTLS(os.Getenv("SEKISHO_CA_FILE"))
	case "http":
		// Connects to loopback alone, unlike credentials/insecure: elsewhere whoever sees the token could use it.
		transport, port = local.NewCredentials(), "80"
	default:
		err = fmt.Errorf("SEKISHO_URL is neither http:// nor https://: %s", address)
	}
	return net.JoinHostPort(address.Hostname(), cmp.Or(address.Port(), port)), transport, err
}

// withTLS trusts the roots in the file, or the usual ones where none is named.
func withTLS(roots string) (credentials.TransportCredentials, error) {
	if roots == "" {
		return credentials.NewTLS(&tls.Config{}), nil
	}
	transport, err := credentials.NewClientTLSFromFile(roots, "")
	if err != nil {
		return nil, fmt.Errorf("SEKISHO_CA_FILE: %w", err)
	}
	return transport, nil
}
