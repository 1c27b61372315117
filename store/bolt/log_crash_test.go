package bolt_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"frontdesk/store"
)

// crashEnv tells the test binary to be the process that is killed: it names the log.
const crashEnv = "FRONTDESK_TEST_CRASH_LOG"

// TestLogSurvivesKill kills a process in the middle of its appends, three times over. Everything it had acknowledged
// is there, once, as it was.
func TestLogSurvivesKill(t *testing.T) {
	if path := os.Getenv(crashEnv); path != "" {
		appendUntilKilled(t, path)
		return
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	acked := map[store.Seq]string{}
	for round, kills := range []int{150, 1, 700} {
		for seq, sum := range runAndKill(t, path, kills) {
			if old, twice := acked[seq]; twice {
				t.Fatalf("round %d: place %d was given again (first to %s)", round, seq, old)
			}
			acked[seq] = sum
		}
		checkAcknowledged(t, path, acked)
	}
}

// appendUntilKilled appends from several goroutines and says on standard output what was acknowledged.
func appendUntilKilled(t *testing.T, path string) {
	l := openLog(t, path)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				body := make([]byte, 50+rand.IntN(3000))
				for i := range body {
					body[i] = byte(rand.Uint32())
				}
				seq, err := l.Append(context.Background(), store.Record{Kind: store.RecordWebhook, Body: body})
				if err != nil {
					t.Errorf("Append: %v", err)
					return
				}
				sum := sha256.Sum256(body)
				mu.Lock()
				_, err = fmt.Fprintf(os.Stdout, "acked %d %s\n", seq, hex.EncodeToString(sum[:]))
				mu.Unlock()
				if err != nil {
					return // the parent has gone
				}
			}
		})
	}
	wg.Wait()
}

// runAndKill returns what a child process acknowledged until it was killed after n of them.
func runAndKill(t *testing.T, path string, n int) map[store.Seq]string {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLogSurvivesKill$")
	child.Env = append(os.Environ(), crashEnv+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	acked := map[store.Seq]string{}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // the pipe is empty and its writer dead; half a line is no acknowledgement
			break
		}
		var seq store.Seq
		var sum string
		if _, err := fmt.Sscanf(line, "acked %d %s", &seq, &sum); err != nil {
			t.Errorf("the child said %q", strings.TrimSpace(line))
			continue
		}
		acked[seq] = sum
		if len(acked) == n {
			if err := child.Process.Kill(); err != nil {
				t.Errorf("kill the child: %v", err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	if len(acked) < n {
		t.Fatalf("the child acknowledged %d records, want at least %d", len(acked), n)
	}
	return acked
}

func checkAcknowledged(t *testing.T, path string, acked map[store.Seq]string) {
	t.Helper()
	l := openLog(t, path)
	defer func() {
		if err := l.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	found := map[string]int{}
	for after := store.Seq(0); after < l.Head(); {
		records, err := l.Read(t.Context(), after, 500)
		if err != nil || len(records) == 0 {
			t.Fatalf("Read after %d of %d: %d records, %v", after, l.Head(), len(records), err)
		}
		for _, r := range records {
			if r.Seq != after+1 {
				t.Fatalf("place %d follows %d", r.Seq, after)
			}
			after = r.Seq
			digest := sha256.Sum256(r.Body)
			sum := hex.EncodeToString(digest[:])
			found[sum]++
			if want, ok := acked[r.Seq]; ok && want != sum {
				t.Errorf("record %d is not what was acknowledged", r.Seq)
			}
		}
	}
	for seq, sum := range acked {
		if found[sum] != 1 {
			t.Errorf("record %d was acknowledged and is there %d times", seq, found[sum])
		}
	}
}
