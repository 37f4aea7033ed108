// grpc-go with the same method; with the keys, golang-jwt judges the token of each call.
// usage: go-server PORT [JWKS ISSUER AUDIENCE SCOPE]
package main

import (
	"context"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"

	api1v1 "sekisho.example/load/go/gen/api1/v1"
)

type api1 struct {
	api1v1.UnimplementedApi1Server
}

func (api1) GetStatus(context.Context, *api1v1.GetStatusRequest) (*api1v1.GetStatusResponse, error) {
	return &api1v1.GetStatusResponse{Name: "api1", Ok: true}, nil
}

func main() {
	var options []grpc.ServerOption
	switch len(os.Args) {
	case 2:
	case 6:
		guard, err := newGuard(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
		if err != nil {
			log.Fatal(err)
		}
		options = append(options, grpc.UnaryInterceptor(guard.intercept))
	default:
		log.Fatal("usage: go-server PORT [JWKS ISSUER AUDIENCE SCOPE]")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(options...)
	api1v1.RegisterApi1Server(server, api1{})
	log.Fatal(server.Serve(listener))
}
