package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"
)

// kittyLine is a terminal line whose other end answers as a kitty does, and keeps all that was written.
type kittyLine struct {
	t     *testing.T
	cmd   *exec.Cmd
	ended chan struct{}
	press func(keys string)

	mu      sync.Mutex
	written strings.Builder
}

// What the program asks, and what a kitty answers (kitty's description of its graphics protocol, "Querying support").
var kittyAnswers = []struct{ asked, answer string }{
	{"\x1b_Gi=31,", "\x1b_Gi=31;OK\x1b\\"},
	{"\x1b[>q", "\x1bP>|kitty(0.42.1)\x1b\\"},
	{"\x1b[c", "\x1b[?62;52;c"},
}

func newKittyLine(t *testing.T, environ []string, program string, args ...string) *kittyLine {
	t.Helper()
	k := &kittyLine{t: t, cmd: exec.Command(program, args...), ended: make(chan struct{})}
	k.cmd.Env = append(slices.Clone(environ), "TERM=xterm-kitty", "COLORTERM=truecolor", "LC_ALL=C.UTF-8")
	line, err := pty.StartWithSize(k.cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	k.press = func(keys string) {
		t.Helper()
		if _, err := line.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		defer close(k.ended)
		told := 0
		buffer := make([]byte, 64<<10)
		for {
			n, err := line.Read(buffer)
			k.mu.Lock()
			k.written.Write(buffer[:n])
			all := k.written.String()
			k.mu.Unlock()
			for told < len(kittyAnswers) && strings.Contains(all, kittyAnswers[told].asked) {
				_, _ = line.WriteString(kittyAnswers[told].answer)
				told++
			}
			if err != nil {
				return // the program has ended
			}
		}
	}()
	t.Cleanup(func() {
		_ = k.cmd.Process.Kill() // where it has not ended by itself
		_ = k.cmd.Wait()
		_ = line.Close()
		<-k.ended
	})
	return k
}

func (k *kittyLine) all() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.written.String()
}

// sees waits until what was written matches, and returns the last match.
func (k *kittyLine) sees(re string) []string {
	k.t.Helper()
	want := regexp.MustCompile(re)
	var found [][]string
	if !poll(func() bool { found = want.FindAllStringSubmatch(k.all(), -1); return len(found) > 0 }) {
		all := k.all()
		k.t.Fatalf("the program never wrote %s; its last words are %q", re, all[max(len(all)-3000, 0):])
	}
	return found[len(found)-1]
}

// TestKittyIsHandedPictures sends a picture in a terminal that draws pictures by itself: the program asks
// it, hands the picture over, places it by placeholders in the colour of its id, and deletes it before it ends.
func TestKittyIsHandedPictures(t *testing.T) {
	t.Parallel()
	photo := filepath.Join(t.TempDir(), "map.png")
	if err := os.WriteFile(photo, pngOf(t, 200), 0o600); err != nil {
		t.Fatal(err)
	}
	k := newKittyLine(t, home(t), binary(t), "demo")
	k.sees(`\x1b_Gi=31,[^\x1b]*a=q[^\x1b]*;AAAA\x1b\\`)
	k.sees(`Do you ship to Norway`)
	k.press("fMara\r")
	k.sees(`clear filter`)
	k.press("\r")
	k.press("r")
	k.sees(`keep draft`)
	k.press("\x1ba")
	k.sees(`[Pp]ath`)
	k.press(photo + "\r")
	k.sees(`map\.png · picture · image/png`)
	k.press("\r")

	handed := k.sees(`(?s)\x1b_G([^;\x1b]*a=T[^;\x1b]*);`)[1]
	keys := map[string]string{}
	for pair := range strings.SplitSeq(handed, ",") {
		key, value, _ := strings.Cut(pair, "=")
		keys[key] = value
	}
	for key, want := range map[string]string{"U": "1", "q": "2", "f": "100"} {
		if keys[key] != want {
			t.Errorf("it is handed over with %s, where %s=%s is wanted", handed, key, want)
		}
	}
	var id int
	if _, err := fmt.Sscan(keys["i"], &id); err != nil || id <= 0 || id >= 1<<24 {
		t.Fatalf("its id is %q: %v", keys["i"], err)
	}
	pen := fmt.Sprintf(`38[;:]2[;:]+%d[;:]%d[;:]%d`, id>>16, id>>8&0xFF, id&0xFF)
	k.sees(`\x1b\[[0-9;:]*` + pen + `[0-9;:]*m\x{10EEEE}\x{0305}\x{0305}`) // its first row and column

	k.press("\x03")
	k.sees(`\x1b\[\?1049l`)
	<-k.ended
	if err := k.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	all := k.all()
	deleted := strings.LastIndex(all, fmt.Sprintf("\x1b_Ga=d,d=I,i=%d,q=2\x1b\\", id))
	left := strings.LastIndex(all, "\x1b[?1049l")
	if deleted < 0 || left < 0 || deleted > left {
		t.Errorf("the picture is deleted at %d, and the screen left at %d of %d bytes", deleted, left, len(all))
	}
}
