package control

import (
	"bufio"
	"bytes"
	"testing"
)

// FuzzWire reads what anybody may write on the socket: nothing of it may be fatal, and what reads as a call must be
// written as one that reads the same.
func FuzzWire(f *testing.F) {
	f.Add([]byte("frontdesk control 1\n\x00\x00\x00\x10{\"call\":\"counts\"}"))
	f.Add([]byte("frontdesk control 99 process 12\n"))
	f.Add([]byte("frontdesk control 1\n\xff\xff\xff\xff"))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := bufio.NewReader(bytes.NewReader(data))
		if _, err := readGreeting(in); err != nil {
			return
		}
		var first, second request
		if err := readFrame(in, &first, maxRequest); err != nil {
			return
		}
		var frame bytes.Buffer
		if err := writeFrame(&frame, first, maxRequest); err != nil {
			t.Fatalf("a call that was read can't be written: %v", err)
		}
		if err := readFrame(&frame, &second, maxRequest); err != nil || second.Call != first.Call {
			t.Fatalf("%q became %q, %v", first.Call, second.Call, err)
		}
	})
}
