// A TCP relay as it is written in Go, whose io.Copy splices on Linux. Build: go build -o relay relay.go      Run: relay LISTEN TO
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go relay(client.(*net.TCPConn), "127.0.0.1:"+os.Args[2])
	}
}

func relay(client *net.TCPConn, target string) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		log.Print(err)
		return
	}
	defer server.Close()
	done := make(chan bool)
	go func() {
		forward(server.(*net.TCPConn), client)
		done <- true
	}()
	forward(client, server.(*net.TCPConn))
	<-done
}

func forward(to, from *net.TCPConn) {
	io.Copy(to, from)
	to.CloseWrite()
}
