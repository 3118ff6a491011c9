// Copies as they are written in Go, whose io.Copy takes the kernel's short ways on Linux. Each works twice, and says of the second time what CPU time it
// took, and the seconds. Build: go build -o copy copy.go      Run: copy file-to-socket FILE TO | socket-to-file FILE LISTEN | file-to-file FILE FILE
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"syscall"
	"time"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func cpuTime() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

func main() {
	var listener net.Listener
	if os.Args[1] == "socket-to-file" {
		listener = must(net.Listen("tcp", "127.0.0.1:"+os.Args[3]))
		fmt.Println("listening on", listener.Addr().(*net.TCPAddr).Port)
	}
	for turn := 0; turn < 2; turn++ {
		var from, to io.ReadWriteCloser
		switch os.Args[1] {
		case "socket-to-file":
			from, to = must(listener.Accept()), must(os.Create(os.Args[2]))
		case "file-to-socket":
			from, to = must(os.Open(os.Args[2])), must(net.Dial("tcp", "127.0.0.1:"+os.Args[3]))
		default:
			from, to = must(os.Open(os.Args[2])), must(os.Create(os.Args[3]))
		}
		start, cpu := time.Now(), cpuTime()
		must(io.Copy(to, from))
		if turn == 1 {
			fmt.Println(cpuTime()-cpu, time.Since(start).Seconds())
		}
		from.Close()
		to.Close()
	}
}
