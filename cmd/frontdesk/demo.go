package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/internal/config"
	"frontdesk/plugin"
	"frontdesk/plugin/rehearsal"
	"frontdesk/store"
)

// The simulated shop and the id of its Page.
const (
	demoPage = "109872000000101"
	demoShop = "Lumen Bikes"
)

func newDemo(flags *settingFlags) *cobra.Command {
	var seed uint64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Look around with simulated customers on throw-away data",
		Long: `Open an inbox that lives: a bike shop with customers on its website and on its Page, who write, read what you answer,
tap what you offer and answer back. Its second line is the address of a web page on which you are the customer. The data is
in a temporary folder and is thrown away at the end; nothing is sent to anybody, and none of your settings or data is touched.`,
		Example: `frontdesk demo

# other customers
frontdesk demo --seed 7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd, flags.given(), seed) },
	}
	cmd.Flags().Uint64Var(&seed, "seed", 1, "which customers come, and what they say")
	return cmd
}

func runDemo(cmd *cobra.Command, flags map[string]string, seed uint64) (err error) {
	if err := needTerminal(); err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	dir, err := os.MkdirTemp("", "frontdesk-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo's data: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	// No settings of the user: a demo must not speak to anybody's customers.
	src := config.Here(map[string]string{
		config.KeyAgent: flags[config.KeyAgent], config.KeyListen: either(flags[config.KeyListen], "127.0.0.1:0"),
		config.KeyLog: flags[config.KeyLog],
	})
	src.Environ, src.File, src.DataDir = nil, "", dir
	s, err := config.Load(ctx, src)
	if err != nil {
		return withCode(exitUse, err)
	}
	logger, file, err := openLogger(s)
	if err != nil {
		return err
	}
	defer file.Close()
	secret, err := newSecret()
	if err != nil {
		return err
	}
	return showScreen(ctx, s.Agent, logger, func(ctx context.Context) (opened, error) {
		return openDemo(ctx, s, logger, seed, secret)
	})
}

// openDemo opens the stage and waits until the first customers are on it.
func openDemo(ctx context.Context, s config.Settings, logger *slog.Logger, seed uint64, secret string) (opened, error) {
	if err := layOut(s.Canned); err != nil {
		return opened{}, err
	}
	st, err := openStores(ctx, s.DataDir, 0, logger)
	if err != nil {
		return opened{}, err
	}
	clock := &rehearsal.Clock{}
	h, err := buildHouse(ctx, st, plan{
		settings: s, logger: logger, demo: true, now: clock.Now,
		pages: []plugin.Page{{ID: demoPage, Name: demoShop, Token: secret, AppSecret: secret, Messenger: true}},
	})
	if err != nil {
		return opened{}, err
	}
	show := rehearsal.New(h.plugin, rehearsal.Options{Seed: seed, PluginPage: h.site.id, MessengerPage: demoPage, Clock: clock})
	h.startUntilClosed("rehearsal", show.Run)
	untilQuiet(ctx, st.feed)
	return opened{desk: h.desk, failed: h.failed, close: h.Close}, nil
}

const (
	curtainPause = 100 * time.Millisecond // without news, and the stage is set
	curtainWait  = 2 * time.Second        // no longer than this
)

// untilQuiet waits until those who are there already have come in, so that the list begins with the newest of them
// instead of with whoever came first.
func untilQuiet(ctx context.Context, feed *store.Feed) {
	news, stop := feed.Subscribe()
	defer stop()
	limit := time.NewTimer(curtainWait)
	defer limit.Stop()
	var quiet <-chan time.Time // from the first news on
	for {
		select {
		case <-news:
			quiet = time.After(curtainPause)
		case <-quiet:
			return
		case <-limit.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
