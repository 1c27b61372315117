package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postgresFolders is where PostgreSQL 15 usually is.
var postgresFolders = []string{"/usr/lib/postgresql/15/bin", "/usr/pgsql-15/bin", "/opt/homebrew/opt/postgresql@15/bin"}

// postgres is a private PostgreSQL in a folder for the time of the measurement, reachable by a socket there alone.
type postgres struct {
	bin, dir string
	as       *syscall.Credential // the user it runs as, where we are one that it refuses; nil is ourselves
}

const seedTables = `
create table conversation(id bigint primary key, inbox int not null, status text not null, origin text not null, ref text not null,
  unread int not null, unreplied bool not null, last_activity bigint not null, name text not null, last_text text not null);
create table message(mid text primary key, conversation bigint not null, at bigint not null, body text not null);
create index on message(conversation, at);
insert into conversation select i, i%%6, case when i%%9=0 then 'open' else 'resolved' end,
  (array['plugin','plugin','link','ad','unknown'])[1+i%%5], 'ref-'||floor(power(%[2]d, random()))::int,
  (random()<0.015)::int, random()<0.05, 1700000000000+i*60000::bigint, 'Contact number '||i, 'Do you ship to Norway? And how long does it take?'
  from generate_series(1, %[1]d) i;
create index on conversation(last_activity);
create index on conversation(status, last_activity);
create index on conversation(origin, last_activity);
create index on conversation(ref, last_activity);
create index on conversation(last_activity) where unread > 0;
create index on conversation(last_activity) where unreplied;
vacuum analyse conversation;
checkpoint;
`

// One webhook's message, made durable and shown in the list: what frontdesk's log and views do together.
const ingestScript = `\set c random(1, %d)
insert into message values(gen_random_uuid()::text, :c, extract(epoch from clock_timestamp())*1000, repeat('It has not come yet. ', 20));
update conversation set last_activity = extract(epoch from clock_timestamp())*1000, unread = unread + 1, unreplied = true, status = 'open' where id = :c;
`

const (
	filterScript = `select * from conversation where %s order by last_activity desc, id limit 50;` + "\n"
	tripleFilter = `ref = 'ref-9' and origin = 'plugin' and unread > 0`
)

// postgres measures the same work in PostgreSQL 15, where that is installed.
func (s *session) postgres(ctx context.Context) (err error) {
	if s.Brief {
		return nil
	}
	for _, dir := range postgresFolders {
		if _, err := os.Stat(filepath.Join(dir, "pgbench")); err == nil {
			return s.besidePostgres(ctx, dir)
		}
	}
	s.absent("PostgreSQL 15", "not installed")
	return nil
}

func (s *session) besidePostgres(ctx context.Context, bin string) (err error) {
	dir, err := os.MkdirTemp(s.folder, "pg-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p := &postgres{bin: bin, dir: dir}
	if err := p.start(ctx); err != nil {
		s.absent("PostgreSQL 15", "it does not start here: "+err.Error())
		return nil
	}
	defer func() { err = errors.Join(err, p.end()) }()
	if _, err := p.run(ctx, fmt.Sprintf(seedTables, s.Size, max(40, s.Size/50)), "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"); err != nil {
		return err
	}
	if err := s.listsOfPostgres(ctx, p); err != nil {
		return err
	}
	var rates []float64
	for range s.Runs {
		tps, _, err := p.bench(ctx, fmt.Sprintf(ingestScript, s.Size), clients, 3)
		if err != nil {
			return err
		}
		rates = append(rates, tps)
	}
	peer := median(rates)
	s.add(figure{
		what: "ingest acknowledged / PostgreSQL 15", goal: "≥ 3", value: s.ingested.acknowledged / peer, limit: 3, least: true,
		note: fmt.Sprintf("%.0f a second against %.0f: 64 clients, each message and its conversation in one commit", s.ingested.acknowledged, peer),
	})
	s.add(figure{
		what: "ingest projected, sustained / PostgreSQL 15", goal: "≥ 1.5", value: s.ingested.projected / peer, limit: 1.5, least: true,
		note: fmt.Sprintf("%.0f a second against %.0f", s.ingested.projected, peer),
	})
	return nil
}

func (s *session) listsOfPostgres(ctx context.Context, p *postgres) error {
	latency := func(where string) (float64, error) {
		_, ms, err := p.bench(ctx, fmt.Sprintf(filterScript, where), 1, 1)
		return ms / 1000, err
	}
	slowest := 0.0
	for _, where := range []string{"status = 'open'", "origin = 'plugin'", "unread > 0", "ref = 'ref-3'", "ref = 'ref-30'"} {
		t, err := latency(where)
		if err != nil {
			return err
		}
		slowest = max(slowest, t)
	}
	s.add(figure{
		what: "switch of any single filter / PostgreSQL 15", goal: "≤ 0.5", value: s.listed.filter / slowest, limit: 0.5,
		note: fmt.Sprintf("the slowest of each: %s against %s", micros(s.listed.filter), micros(slowest)),
	})
	if s.listed.triple == 0 {
		return nil
	}
	triple, err := latency(tripleFilter)
	if err != nil {
		return err
	}
	s.add(figure{
		what: "rare triple / PostgreSQL 15", goal: "≤ 0.35", value: s.listed.triple / triple, limit: 0.35,
		note: fmt.Sprintf("%s against %s", micros(s.listed.triple), micros(triple)),
	})
	return nil
}

// start makes and starts the server. It refuses to run as the system's administrator: then it runs as the user that its
// package made.
func (p *postgres) start(ctx context.Context) error {
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return errors.New("it refuses the system's administrator, and there is no user postgres")
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32) // the system's own numbers
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		p.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := errors.Join(os.Chown(p.dir, int(uid), int(gid)), os.Chmod(filepath.Dir(p.dir), 0o711)); err != nil {
			return err
		}
	}
	data := filepath.Join(p.dir, "data")
	if _, err := p.run(ctx, "", "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C"); err != nil {
		return err
	}
	options := fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories='%s' -c shared_buffers=1GB -c max_wal_size=8GB -c max_connections=100", p.dir)
	_, err := p.run(ctx, "", "pg_ctl", "-D", data, "-w", "-l", filepath.Join(p.dir, "log"), "-o", options, "start")
	return err
}

func (p *postgres) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := p.run(ctx, "", "pg_ctl", "-D", filepath.Join(p.dir, "data"), "-m", "immediate", "-w", "stop")
	return err
}

// run runs one of PostgreSQL's programs.
func (p *postgres) run(ctx context.Context, input, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "PGHOST="+p.dir, "PGUSER=postgres", "LC_ALL=C")
	if p.as == nil {
		if u, err := user.Current(); err == nil {
			cmd.Env = append(cmd.Env, "PGUSER="+u.Username)
		}
	}
	cmd.Stdin = strings.NewReader(input)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	out, err := os.CreateTemp(p.dir, "out-") // a pipe would stay open as long as the server that pg_ctl starts
	if err != nil {
		return "", err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	failed := cmd.Run()
	said, err := os.ReadFile(out.Name())
	if failed != nil {
		return "", fmt.Errorf("%s: %w: %s", name, failed, bytes.TrimSpace(said[max(0, len(said)-300):]))
	}
	return string(said), err
}

var (
	tpsLine     = regexp.MustCompile(`tps = ([0-9.]+)`)
	latencyLine = regexp.MustCompile(`latency average = ([0-9.]+) ms`)
)

// bench lets clients run a script for some seconds; it returns transactions in a second and milliseconds for each.
func (p *postgres) bench(ctx context.Context, script string, clients, seconds int) (tps, ms float64, err error) {
	file := filepath.Join(p.dir, "script.sql")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil { //nolint:gosec // the server's user reads it, and it holds no secret
		return 0, 0, err
	}
	out, err := p.run(ctx, "", "pgbench", "-n", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", "2", "-T", strconv.Itoa(seconds), "-f", file, "postgres")
	if err != nil {
		return 0, 0, err
	}
	for line, to := range map[*regexp.Regexp]*float64{tpsLine: &tps, latencyLine: &ms} {
		m := line.FindStringSubmatch(out)
		if m == nil {
			return 0, 0, errors.New("pgbench said nothing of how fast it was")
		}
		if *to, err = strconv.ParseFloat(m[1], 64); err != nil {
			return 0, 0, err
		}
	}
	return tps, ms, nil
}
