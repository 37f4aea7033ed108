// Command orders serves the team's APIs on a free port of loopback. Its first line is the address.
// usage: orders v1|v1alpha, the version of gRPC server reflection that it speaks
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	ordersv1 "shop.example/orders/gen/orders/v1"
	statusv1 "shop.example/orders/gen/status/v1"
)

type orders struct {
	ordersv1.UnimplementedOrdersServer
}

type invoices struct {
	ordersv1.UnimplementedInvoicesServer
}

type status struct {
	statusv1.UnimplementedStatusServer
}

func (status) Get(context.Context, *statusv1.GetRequest) (*statusv1.GetResponse, error) {
	return &statusv1.GetResponse{Ok: true}, nil
}

func main() {
	server := grpc.NewServer()
	ordersv1.RegisterOrdersServer(server, orders{})
	ordersv1.RegisterInvoicesServer(server, invoices{})
	statusv1.RegisterStatusServer(server, status{})
	if len(os.Args) > 1 && os.Args[1] == "v1alpha" {
		alpha := reflection.NewServer(reflection.ServerOptions{Services: server})
		reflectionv1alpha.RegisterServerReflectionServer(server, alpha)
	} else {
		reflection.RegisterV1(server)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	log.Fatal(server.Serve(listener))
}
