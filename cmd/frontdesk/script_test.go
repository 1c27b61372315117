package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"frontdesk/internal/loopback"
	"frontdesk/messenger"
)

// patience is how long anything in a script may take that usually takes milliseconds.
const patience = 20 * time.Second

// TestScripts runs the commands as users do: real processes, real sockets, a data folder for each script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			port, err := loopback.Port()
			if err != nil {
				return err
			}
			for name, dir := range map[string]string{"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "share"} {
				env.Setenv(name, filepath.Join(env.WorkDir, dir))
			}
			env.Setenv("FRONTDESK_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("FRONTDESK_LISTEN", "127.0.0.1:"+port)
			env.Setenv("FRONTDESK_AGENT", "ana")
			env.Setenv("TMPDIR", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":       cmdAwait,
			"post-signed": cmdPostSigned,
			"graph":       cmdGraph,
			"exit":        cmdExit,
			"eventually":  cmdEventually,
			"take":        cmdTake,
			"see":         cmdSee,
			"occupy":      cmdOccupy,
			"jsonlines":   cmdJSONLines,
			"sigterm":     cmdSigterm,
			"platform":    cmdPlatform,
			"arrives":     cmdArrives,
			"picture":     cmdPicture,
		},
	})
}

// poll calls try until it reports true, for as long as patience lasts.
func poll(try func() bool) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if try() {
			return true
		}
		<-time.After(20 * time.Millisecond)
	}
	return false
}

// await: until the listener answers that all is well.
func cmdAwait(ts *testscript.TestScript, neg bool, _ []string) {
	url := "http://" + ts.Getenv("FRONTDESK_LISTEN") + "/healthz"
	if !poll(func() bool { return healthy(url) }) || neg {
		ts.Fatalf("no frontdesk answers at %s", url)
	}
}

func healthy(url string) bool {
	res, err := http.Get(url) //nolint:noctx // a test's own loopback address
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// post-signed SECRET FILE STATUS: posts a webhook, in which NOW becomes the time in ms and OLD that of two days ago.
func cmdPostSigned(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: post-signed SECRET FILE STATUS")
	}
	body := strings.TrimSpace(ts.ReadFile(args[1]))
	now := time.Now()
	body = strings.ReplaceAll(body, "NOW", strconv.FormatInt(now.UnixMilli(), 10))
	body = strings.ReplaceAll(body, "OLD", strconv.FormatInt(now.Add(-48*time.Hour).UnixMilli(), 10))
	status, err := postSigned(context.Background(), "http://"+ts.Getenv("FRONTDESK_LISTEN")+"/webhook", args[0], body)
	ts.Check(err)
	if strconv.Itoa(status) != args[2] {
		ts.Fatalf("the webhook answered %d, want %s", status, args[2])
	}
}

func postSigned(ctx context.Context, url, secret, body string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(secret), []byte(body)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// graph: a Graph API for the script, at FRONTDESK_GRAPH_URL. What a reply says decides its answer: "refuse" is refused,
// "break" is taken and the connection broken, "stall" gets no answer; everything else is sent. Requests go to graph.log.
func cmdGraph(ts *testscript.TestScript, neg bool, _ []string) {
	stall := make(chan struct{})
	log := ts.MkAbs("graph.log")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write(messenger.ErrorBody(100, 33, "Unsupported request"))
			return
		}
		f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			fmt.Fprintf(f, "%s %s %s\n", r.URL.Path, r.Header.Get("Authorization"), body)
			f.Close()
		}
		var req messenger.SendRequest
		if err := json.Unmarshal(body, &req); err != nil || req.Message == nil {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write(messenger.ErrorBody(100, 0, "Invalid parameter"))
			return
		}
		switch {
		case strings.Contains(req.Message.Text, "refuse"):
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write(messenger.ErrorBody(551, 1545041, "This person isn't available right now."))
		case strings.Contains(req.Message.Text, "break"):
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.Close()
			}
		case strings.Contains(req.Message.Text, "stall"):
			<-stall
		default:
			fmt.Fprintf(w, `{"recipient_id":%q,"message_id":"m_answer-%.1s"}`, req.Recipient.ID, req.Message.Text)
		}
	}))
	ts.Defer(func() {
		close(stall)
		server.CloseClientConnections()
		server.Close()
	})
	ts.Setenv("FRONTDESK_GRAPH_URL", server.URL)
	if neg {
		ts.Fatalf("graph takes no !")
	}
}

// exit CODE COMMAND...: runs a command and wants this exit code of it.
func cmdExit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND...")
	}
	code := 0
	var exited *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exited) {
		code = exited.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s ended with exit code %d, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// eventually REGEXP COMMAND...: runs a command again and again until its output matches.
func cmdEventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually REGEXP COMMAND...")
	}
	re := regexp.MustCompile(args[0])
	if !poll(func() bool { return ts.Exec(args[1], args[2:]...) == nil && re.MatchString(ts.ReadFile("stdout")) }) {
		ts.Fatalf("the output never matched %s", args[0])
	}
}

// take NAME REGEXP: sets a variable to what the first group of a match in the last output holds.
func cmdTake(ts *testscript.TestScript, neg bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) < 2 || neg {
		ts.Fatalf("the output does not match %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// see TOKEN MID: the visitor reads up to a message.
func cmdSee(ts *testscript.TestScript, neg bool, args []string) {
	url := "http://" + ts.Getenv("FRONTDESK_LISTEN") + "/plugin/seen"
	body := fmt.Sprintf(`{"mid":%q}`, args[1])
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body)) //nolint:noctx // a test's own loopback address
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+args[0])
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || neg {
		ts.Fatalf("the plugin answered %s", res.Status)
	}
}

// occupy: another program takes the listener's address until the script ends.
func cmdOccupy(ts *testscript.TestScript, neg bool, _ []string) {
	ln, err := net.Listen("tcp", ts.Getenv("FRONTDESK_LISTEN"))
	ts.Check(err)
	ts.Defer(func() { ln.Close() })
	if neg {
		ts.Fatalf("occupy takes no !")
	}
}

// jsonlines N: the last output is N lines, each a JSON object.
func cmdJSONLines(ts *testscript.TestScript, neg bool, args []string) {
	out := []byte(ts.ReadFile("stdout"))
	n := 0
	for line := range bytes.Lines(out) {
		var object map[string]any
		if err := json.Unmarshal(line, &object); err != nil {
			ts.Fatalf("line %d is no JSON object: %v", n+1, err)
		}
		n++
	}
	if strconv.Itoa(n) != args[0] || neg {
		ts.Fatalf("the output has %d lines, want %s", n, args[0])
	}
}

// sigterm NAME: asks the process that has run in the background for longest to end; NAME is for the reader.
func cmdSigterm(ts *testscript.TestScript, neg bool, args []string) {
	running := ts.BackgroundCmds()
	if neg || len(args) != 1 || len(running) == 0 {
		ts.Fatalf("usage: sigterm NAME, while something runs in the background")
	}
	ts.Check(running[0].Process.Signal(syscall.SIGTERM))
}
