package visitors

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/adrg/xdg"

	"frontdesk/internal/control"
)

const (
	sitePage  = "109872000000909"
	siteToken = "a-token-for-measuring-only"
	// startsWithin is what a server has to say where it listens, and endsWithin to end when it is asked to.
	startsWithin = 30 * time.Second
	endsWithin   = 20 * time.Second
)

// program is a server under measurement, a process of its own.
type program struct {
	name     string
	base     string // where it listens
	profiles string // where its profiles are
	socket   string // where its desk is spoken to; empty where it has none
	pid      int

	ctx    context.Context //nolint:containedctx // ends with the process, its cause says how
	cancel context.CancelCauseFunc
	cmd    *exec.Cmd
	hold   io.Closer // its standard input: the bare server ends with it
	ended  chan struct{}
	err    error // after ended
	errors bytes.Buffer
}

// startOurs starts frontdesk on fresh data. All limits are as they are for everybody; only a reverse proxy on this machine
// is trusted, which the visitors are to come by.
func (o Options) startOurs(ctx context.Context, folder string) (*program, error) {
	data := filepath.Join(folder, "data")
	p, err := start(ctx, o.Program, []string{"serve"}, append(
		bareEnvironment(),
		"HOME="+folder, "XDG_CONFIG_HOME="+folder, "FRONTDESK_DATA="+data, "FRONTDESK_AGENT=ana",
		"FRONTDESK_LISTEN=127.0.0.1:0", "FRONTDESK_METRICS=127.0.0.1:0",
		"FRONTDESK_PLUGIN_PAGE_ID="+sitePage, "FRONTDESK_PLUGIN_TOKEN="+siteToken,
		"FRONTDESK_PLUGIN_DOMAINS="+website, "FRONTDESK_PLUGIN_TRUSTED_PROXIES=127.0.0.1",
	))
	if err != nil {
		return nil, err
	}
	p.socket = control.Path(data, xdg.RuntimeDir)
	return p, nil
}

// startBare starts the least that such a server can be.
func (o Options) startBare(ctx context.Context, _ string) (*program, error) {
	return start(ctx, o.Program, o.Bare, bareEnvironment())
}

// bareEnvironment is ours without settings that would lead to somebody's own data.
func bareEnvironment() (env []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "FRONTDESK_") && !strings.HasPrefix(v, "XDG_CONFIG_HOME=") && !strings.HasPrefix(v, "HOME=") {
			env = append(env, v)
		}
	}
	return env
}

// start starts a server and waits until it listens.
func start(ctx context.Context, name string, args, env []string) (*program, error) {
	p := &program{ended: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	p.cmd = exec.Command(name, args...) // stop ends it, gently
	p.cmd.Env, p.cmd.Stderr = env, &p.errors
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		p.hold, err = p.cmd.StdinPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p.pid = p.cmd.Process.Pid
	told := make(chan struct{})
	go p.follow(out, told)
	select {
	case <-told:
		return p, nil
	case <-p.ended:
		return nil, context.Cause(p.ctx)
	case <-time.After(startsWithin):
		return nil, errors.Join(errors.New("it does not say where it listens"), p.stop())
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), p.stop())
	}
}

// follow reads what the server says until it ends. told is closed when both addresses are known.
func (p *program) follow(out io.Reader, told chan struct{}) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		for _, word := range strings.Fields(lines.Text()) {
			switch word = strings.TrimRight(word, ";,"); {
			case !strings.HasPrefix(word, "http://"):
			case strings.Contains(lines.Text(), "listens on "):
				p.base = word
			case strings.HasPrefix(lines.Text(), "metrics are at "):
				p.profiles = strings.TrimSuffix(word, "/metrics") + "/debug/pprof"
			}
			if p.base != "" && p.profiles != "" && told != nil {
				close(told)
				told = nil
			}
		}
	}
	p.err = p.cmd.Wait()
	p.cancel(fmt.Errorf("it has ended by itself (%s): %s", p.cmd.ProcessState, bytes.TrimSpace(p.errors.Bytes())))
	close(p.ended)
}

// stop ends the server and waits for it.
func (p *program) stop() error {
	_ = p.cmd.Process.Signal(os.Interrupt) // it may have ended by itself
	select {
	case <-p.ended:
	case <-time.After(endsWithin):
		_ = p.cmd.Process.Kill() // likewise
		<-p.ended
		return fmt.Errorf("it did not end within %s", endsWithin)
	}
	p.hold.Close()
	if p.err != nil {
		return fmt.Errorf("it ended with %w: %s", p.err, bytes.TrimSpace(p.errors.Bytes()))
	}
	return nil
}

// memory is what a process holds at a moment, in bytes; 0 where the system does not say.
type memory struct {
	resident int // of its own, its files left aside
	inUse    int // of Go's heap and stacks, after a collection
}

func (p *program) memory(ctx context.Context) (m memory, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return m, err
	}
	m.resident = 1024 * number(string(status), "RssAnon:")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.profiles+"/heap?gc=1&debug=1", nil)
	if err != nil {
		return m, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return m, fmt.Errorf("ask for its memory: %w", err)
	}
	defer res.Body.Close()
	profile, err := io.ReadAll(res.Body)
	if err != nil {
		return m, fmt.Errorf("ask for its memory: %w", err)
	}
	m.inUse = number(string(profile), "# HeapInuse =") + number(string(profile), "# Stack =")
	return m, nil
}

// number is what follows a name at the beginning of a line; 0 if there is none.
func number(text, name string) int {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name); ok && strings.TrimSpace(rest) != "" {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err == nil {
				return n
			}
		}
	}
	return 0
}

// tick is the unit in which the system counts processor time, the same on every Linux.
const tick = time.Second / 100

// processor is what a process has had of the processor so far; 0 where the system does not say.
func (p *program) processor() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name before may hold blanks
	fields := strings.Fields(rest)
	if err != nil || len(fields) < 13 {
		return 0, fmt.Errorf("read the processor time of process %d: %w", p.pid, err)
	}
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick, err
}

// busy is how long something took, and what the process had of the processor meanwhile.
func (p *program) busy(do func() error) (took, processor time.Duration, err error) {
	before, err := p.processor()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := do(); err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	after, err := p.processor()
	return took, after - before, err
}
