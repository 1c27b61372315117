package loopback_test

import (
	"net"
	"testing"

	"frontdesk/internal/loopback"
)

func TestPort(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 20 {
		port, err := loopback.Port()
		if err != nil {
			t.Fatal(err)
		}
		ln, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		if seen[port] {
			t.Errorf("port %s was given out while somebody listens there", port)
		}
		seen[port] = true
	}
}
