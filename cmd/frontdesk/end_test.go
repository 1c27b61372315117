package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/internal/loopback"
	"frontdesk/messenger"
)

// TestEndLetsRequestsEnd asks serve to end while a webhook is on its way: it is still taken and answered, nothing new is,
// and what was answered is there.
func TestEndLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	port, err := loopback.Port()
	if err != nil {
		t.Fatal(err)
	}
	address := "127.0.0.1:" + port
	program, environ := binary(t), append(home(t), "FRONTDESK_LISTEN="+address, "FRONTDESK_APP_SECRET="+killSecret)
	server := startServe(t, program, environ)

	body := killEvent("m_slow", 1)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	fmt.Fprintf(conn, "POST /webhook HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n%s: %s\r\n\r\n",
		address, len(body), messenger.SignatureHeader, messenger.Sign([]byte(killSecret), []byte(body)))
	// The server says this when it begins to read the body.
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server said %q, %v", line, err)
	}
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	half := len(body) / 2
	fmt.Fprint(conn, body[:half])

	began := time.Now()
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	refused := poll(func() bool {
		probe, err := net.Dial("tcp", address)
		if err == nil {
			probe.Close()
		}
		return err != nil
	})
	if !refused {
		t.Error("the port still takes connections")
	}
	fmt.Fprint(conn, body[half:])
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatalf("the request in flight was not answered: %v", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the request in flight was answered %s", res.Status)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
	if took := time.Since(began); took > closeTime+pluginTime {
		t.Errorf("the end took %s", took)
	}
	if found := messagesByMID(t, program, environ); found["m_slow"] != 1 {
		t.Errorf("the message is there %d times", found["m_slow"])
	}
}

// TestDeadSocketIsNobody kills serve, so that its socket's file stays: commands then open the data themselves.
func TestDeadSocketIsNobody(t *testing.T) {
	t.Parallel()
	program, environ := binary(t), append(home(t), "FRONTDESK_LISTEN=127.0.0.1:0")
	server := startServe(t, program, environ)
	if out, err := command(program, environ, "plugin", "visitor", "--say", "Anybody there?").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait() // "signal: killed" is what was wanted
	began := time.Now()
	out, err := command(program, environ, "list").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Anybody there?") {
		t.Errorf("list: %v\n%s", err, out)
	}
	if took := time.Since(began); took > lockWait {
		t.Errorf("list took %s", took)
	}
	server = startServe(t, program, environ)
	if out, err := command(program, environ, "list", "--json").CombinedOutput(); err != nil || strings.Count(string(out), "\n") != 1 {
		t.Errorf("list beside the next serve: %v\n%s", err, out)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
}
