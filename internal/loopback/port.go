// Package loopback finds ports for programs that tests start on this machine.
package loopback

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports that the system gives to nobody by itself: on Linux connections of other programs take theirs from 32768 on, on
// other systems from 49152.
const (
	firstPort = 20000
	lastPort  = 32000
)

// Port is a port on which nobody listened a moment ago, and which no connection takes while a program that listens there
// is started anew.
func Port() (string, error) {
	for range 200 {
		port := strconv.Itoa(firstPort + rand.IntN(lastPort-firstPort))
		ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			continue // somebody else's
		}
		return port, ln.Close()
	}
	return "", errors.New("find a port: 200 of those between 20000 and 32000 are taken")
}
