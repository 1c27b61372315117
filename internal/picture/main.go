// Command picture makes the pictures of the README and the guide: it builds frontdesk, runs `frontdesk demo`, or frontdesk
// with a Page on a platform of the pictures' own, on a terminal in memory,
// presses keys as an agent would and draws what the screen shows as SVG files.
//
//	go run ./internal/picture [-o docs/pictures] [NAME]...
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"time"
)

func main() {
	out := flag.String("o", filepath.Join("docs", "pictures"), "folder for the pictures")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string, only []string) (err error) {
	dir, err := os.MkdirTemp("", "frontdesk-picture-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program := filepath.Join(dir, "frontdesk")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/frontdesk")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, p := range pictures {
		if len(only) > 0 && !slices.Contains(only, p.name) {
			continue
		}
		if err := take(ctx, program, out, p); err != nil {
			return fmt.Errorf("picture %s: %w", p.name, err)
		}
		fmt.Fprintln(os.Stdout, filepath.Join(out, p.name+".svg"))
	}
	return nil
}

// take runs the demo, does what the picture asks for and writes the file.
func take(ctx context.Context, program, out string, p picture) (err error) {
	home, err := os.MkdirTemp("", "frontdesk-picture-home-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	zone := filepath.Join(home, "zone")
	if err := os.WriteFile(zone, zoneWhereItIs(wallClock, time.Now()), 0o600); err != nil {
		return err
	}
	env := []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "TMPDIR=" + home, "TZ=" + zone}
	args, steps := []string{"demo", "--agent", "ana"}, p.steps
	if p.shop != nil {
		s, err := openShop(program, home)
		if err != nil {
			return err
		}
		defer s.close()
		s.environ = append(s.environ, env...)
		args, env, steps = nil, s.environ, p.shop(s)
	}
	t, err := start(ctx, p.theme, p.cols, p.rows, env, program, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	for _, s := range steps {
		if err := s(t); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(out, p.name+".svg"), []byte(svg(t, p.theme, p.title)), 0o644)
}
