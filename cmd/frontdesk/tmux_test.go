package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// pane is a program on a real terminal: one window of a tmux of its own.
type pane struct {
	t       *testing.T
	dir     string
	environ []string
}

// newPane runs a command line in a terminal of 120 columns and 40 rows, between two looks at the terminal's modes.
func newPane(t *testing.T, environ []string, line string) *pane {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("FRONTDESK_TEST_ALL") == "1" {
			t.Fatal("tmux is missing, and FRONTDESK_TEST_ALL=1 wants every test to run")
		}
		t.Skip("this test drives the program in tmux, which is missing; install it to run this too")
	}
	p := &pane{t: t, dir: shortDir(t), environ: environ}
	script := fmt.Sprintf("stty -a > before; sh -c 'echo $$ > pid; exec %s'; echo $? > code; stty -a > after; exec sleep 600", line)
	p.tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", script)
	t.Cleanup(func() { p.tmux("kill-server") })
	return p
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-S", filepath.Join(p.dir, "tmux")}, args...)...)
	cmd.Dir, cmd.Env = p.dir, append(p.environ, "TERM=xterm-256color", "LC_ALL=C.UTF-8", "SHELL=/bin/sh")
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (p *pane) screen() string { return p.tmux("capture-pane", "-p") }

// keys presses keys by their names in tmux.
func (p *pane) keys(names ...string) { p.tmux(append([]string{"send-keys"}, names...)...) }

// types presses the keys of a text.
func (p *pane) types(text string) { p.tmux("send-keys", "-l", text) }

// sees waits until the screen matches, and returns it.
func (p *pane) sees(re string) string {
	p.t.Helper()
	want, screen := regexp.MustCompile(re), ""
	if !poll(func() bool { screen = p.screen(); return want.MatchString(screen) }) {
		p.t.Fatalf("the screen never showed %s:\n%s", re, screen)
	}
	return screen
}

// file waits for a file the shell writes, and returns its text.
func (p *pane) file(name string) string {
	p.t.Helper()
	var text []byte
	if !poll(func() bool {
		var err error
		text, err = os.ReadFile(filepath.Join(p.dir, name))
		return err == nil && len(text) > 0
	}) {
		p.t.Fatalf("%s was not written; the screen:\n%s", name, p.screen())
	}
	return strings.TrimSpace(string(text))
}

func (p *pane) signal(sig syscall.Signal) {
	p.t.Helper()
	pid, err := strconv.Atoi(p.file("pid"))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := syscall.Kill(pid, sig); err != nil {
		p.t.Fatal(err)
	}
}

// wantRestored checks how the program left the terminal, and with which exit code.
func (p *pane) wantRestored(code int) {
	p.t.Helper()
	if got := p.file("code"); got != strconv.Itoa(code) {
		p.t.Errorf("exit code %s, want %d; the screen:\n%s", got, code, p.screen())
	}
	sizes := regexp.MustCompile(`rows \d+; columns \d+;`) // the window's own, no mode
	before, after := sizes.ReplaceAllString(p.file("before"), ""), sizes.ReplaceAllString(p.file("after"), "")
	if before != after {
		p.t.Errorf("the terminal's modes were\n%s\nand are\n%s", before, after)
	}
	modes := strings.TrimSpace(p.tmux("display", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{keypad_cursor_flag}"))
	if modes != "0 0 1 0" {
		p.t.Errorf("alternate screen, mouse, cursor and cursor keys are %s, want 0 0 1 0", modes)
	}
}

// withoutSettings is the environment without settings of frontdesk that whoever runs the tests has for himself.
func withoutSettings() []string {
	return slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "FRONTDESK_") && !strings.HasPrefix(e, "FRONTDESK_TEST_ALL=")
	})
}

// TestForeignSettings wants the settings of whoever runs the tests to reach no program of theirs.
func TestForeignSettings(t *testing.T) { //nolint:paralleltest // it changes the environment
	t.Setenv("FRONTDESK_MEDIA", "off")
	t.Setenv("FRONTDESK_TEST_ALL", "1")
	got := home(t)
	if slices.Contains(got, "FRONTDESK_MEDIA=off") || !slices.Contains(got, "FRONTDESK_TEST_ALL=1") {
		t.Errorf("the program is told %q", got)
	}
}

// home are the variables of a user without settings.
func home(t *testing.T) []string {
	dir := shortDir(t)
	var environ []string
	for _, e := range withoutSettings() {
		if !strings.HasPrefix(e, "XDG_") && !strings.HasPrefix(e, "TMUX") && !strings.HasPrefix(e, "NO_COLOR") {
			environ = append(environ, e)
		}
	}
	return append(environ, "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "TMPDIR="+dir)
}

// shown asks the running program what is in a conversation, as a script would.
func shown(t *testing.T, program string, environ []string, args ...string) []map[string]any {
	t.Helper()
	out, err := command(program, environ, args...).Output()
	var exited *exec.ExitError
	if errors.As(err, &exited) {
		t.Fatalf("frontdesk %s: %v\n%s", strings.Join(args, " "), err, exited.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	for line := range strings.Lines(string(out)) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, object)
	}
	return objects
}

// TestDemoOnATerminal is a tour of the demo by keys: filter, open, reply, be answered, resize, quit.
func TestDemoOnATerminal(t *testing.T) {
	t.Parallel()
	program, environ := binary(t), home(t)
	p := newPane(t, environ, program+" demo")
	p.sees(`(?s)frontdesk · .*chat plugin +[1-9].*pricing`)
	demos, err := filepath.Glob(filepath.Join(homeOf(environ), "frontdesk-demo-*"))
	if err != nil || len(demos) != 1 {
		t.Fatalf("the demo's data: %v, %v", demos, err)
	}

	p.keys("f")
	p.types("origin:plugin ref:pricing")
	p.keys("Enter")
	screen := p.sees(`─ origin:plugin ref:pricing ─`)
	if foreign := regexp.MustCompile(`││[▌ ] (link|ad) · |plugin · (checkout|spring-sale|returns)`).FindString(screen); foreign != "" {
		t.Errorf("the filtered list shows %q:\n%s", foreign, screen)
	}
	p.keys("Enter")
	p.sees(`Get Started`)
	p.keys("r")
	p.sees(`enter send`)
	p.types("Yes, to all of Norway.")
	p.keys("Enter")
	p.sees(`Yes, to all of Norway\..*read`)
	p.sees(`─ (• on lumen\.example/|typing…)`) // who reads an answer has the website open

	data := demos[0]
	replied := shown(t, program, environ, "list", "origin:plugin ref:pricing", "--json", "--data", data)
	var id string
	for _, c := range replied {
		if c["unreplied"] == false {
			id = c["id"].(string)
		}
	}
	answered := poll(func() bool {
		thread := shown(t, program, environ, "show", id, "--json", "--data", data)
		out := false
		for _, m := range thread {
			if m["text"] == "Yes, to all of Norway." {
				out = m["state"] == "read"
			} else if out && m["direction"] == "in" {
				return true
			}
		}
		return false
	})
	if !answered {
		t.Errorf("the contact never answered:\n%s", p.screen())
	}

	p.tmux("resize-window", "-x", "80", "-y", "24")
	p.sees(`(?m)^ ?frontdesk.{0,71}$`)
	p.sees(`Yes, to all of Norway\.`)
	p.tmux("resize-window", "-x", "60", "-y", "20")
	p.sees(`(?s)http://127\.0\.0\.1:\d+/plugin/try.*Yes, to all of Norway\.`)
	p.tmux("resize-window", "-x", "120", "-y", "40")
	p.sees(`(?s)Yes, to all of Norway\..*Inboxes`)

	p.keys("Escape")
	p.sees(`q quit`)
	p.keys("q")
	p.wantRestored(exitDone)
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the demo's data is still there: %v", err)
	}
}

func homeOf(environ []string) string {
	return strings.TrimPrefix(environ[len(environ)-1], "TMPDIR=")
}

// TestInboxBesideServe opens the screen on a running serve, sees a visitor arrive, answers by keys, and is ended by
// SIGTERM, which serve does not notice.
func TestInboxBesideServe(t *testing.T) {
	t.Parallel()
	program, environ := binary(t), append([]string{"FRONTDESK_LISTEN=127.0.0.1:0"}, home(t)...)
	server := startServe(t, program, environ)
	p := newPane(t, environ, program)
	p.sees(`(?s)Nobody has written yet.*/plugin/try`)
	out, err := command(program, environ, "plugin", "visitor", "--say", "Do you ship to Norway?", "--ref", "pricing").Output()
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(string(out))
	p.sees(`(?s)plugin · pricing.*Do you ship to Norway\?`)
	p.keys("Enter")
	p.sees(`Get Started`)
	p.keys("r")
	p.sees(`enter send`)
	p.types("We do.")
	p.keys("Enter")
	p.sees(`We do\..*(sent|✓)`)

	p.signal(syscall.SIGTERM)
	p.wantRestored(exitTerminated)
	thread := shown(t, program, environ, "show", id, "--json")
	if last := thread[len(thread)-1]; last["text"] != "We do." || last["direction"] != "out" {
		t.Errorf("the last message is %v", last)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

// TestDemoEndsBySignal shows that SIGTERM restores the terminal and cleans up.
func TestDemoEndsBySignal(t *testing.T) {
	t.Parallel()
	environ := home(t)
	p := newPane(t, environ, binary(t)+" demo --seed 3")
	p.sees(`(?s)frontdesk · .*chat plugin +[1-9]`)
	p.signal(syscall.SIGTERM)
	p.wantRestored(exitTerminated)
	if left, err := filepath.Glob(filepath.Join(homeOf(environ), "frontdesk-demo-*")); err != nil || len(left) > 0 {
		t.Errorf("the demo's data is still there: %v, %v", left, err)
	}
}
