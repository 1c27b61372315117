package main

import (
	"net"
	"testing"
)

func TestBaseAddress(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080",
		"0.0.0.0:9000":   "http://127.0.0.1:9000",
		"[::]:9000":      "http://127.0.0.1:9000",
		"[::1]:9000":     "http://[::1]:9000",
		"192.0.2.7:80":   "http://192.0.2.7:80",
	} {
		addr, err := net.ResolveTCPAddr("tcp", given)
		if err != nil {
			t.Fatal(err)
		}
		if got := baseAddress(addr); got != want {
			t.Errorf("base address of %s = %s, want %s", given, got, want)
		}
	}
}
