package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"frontdesk/ingest"
	"frontdesk/internal/config"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

func newReplay(flags *settingFlags) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Make the views again from the log",
		Long: `Make the views again from the log, which is the truth. With --check nothing is changed: views made anew beside the old
ones are compared with them; a difference is exit code 3. End the running frontdesk first.`,
		Example: `frontdesk replay --check
frontdesk replay`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runReplay(cmd, flags.given(), check) },
	}
	cmd.Flags().BoolVar(&check, "check", false, "only say whether the views are what the log says")
	return cmd
}

func runReplay(cmd *cobra.Command, flags map[string]string, check bool) (err error) {
	s, err := loadSettings(cmd, flags)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	logger := slog.New(slog.DiscardHandler)
	st, client, err := openOrDial(ctx, s, logger)
	if err != nil {
		return err
	}
	if client != nil {
		return errors.Join(fmt.Errorf("%w; end it (SIGTERM) and run this again", store.ErrLocked), client.Close())
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if check {
		if err := st.projector.CatchUp(ctx); err != nil {
			return err
		}
		if err := checkViews(ctx, s, st, logger); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "the views are what the log says, up to record %d\n", st.Log.Head())
		return nil
	}
	if err := st.projector.Replay(ctx, progressOn(cmd.ErrOrStderr())); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "the views were made again from %d records\n", st.Log.Head())
	return nil
}

// progressOn writes how far a replay is, each time another tenth is done.
func progressOn(w io.Writer) func(applied, head store.Seq) {
	last := store.Seq(0)
	return func(applied, head store.Seq) {
		if head == 0 {
			return
		}
		if tenth := applied * 10 / head; tenth > last && tenth < 10 {
			last = tenth
			fmt.Fprintf(w, "%d of %d records\n", applied, head)
		}
	}
}

// checkViews compares the views with views made anew, in a folder of their own that goes away again.
func checkViews(ctx context.Context, s config.Settings, st *stores, logger *slog.Logger) (err error) {
	if err := st.Views.Check(ctx); err != nil {
		return withCode(exitFailed, fmt.Errorf("the views' file is damaged: %w; make it again with: frontdesk replay", err))
	}
	dir, err := os.MkdirTemp(s.DataDir, "check-")
	if err != nil {
		return fmt.Errorf("make a folder to compare in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fresh, err := bolt.OpenViews(filepath.Join(dir, bolt.ViewsFile), bolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fresh.Close()) }()
	if err := store.NewProjector(st.Log, fresh, ingest.Translate, store.NewFeed(0), logger).CatchUp(ctx); err != nil {
		return err
	}
	return compareViews(ctx, st.Views, fresh)
}

// dumper writes views out as text that is the same for views of the same meaning.
type dumper interface {
	Dump(ctx context.Context, w io.Writer) error
}

// compareViews says where two views begin to differ. Lines hold customers' words, so that only their place is said.
func compareViews(ctx context.Context, have, want dumper) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a, b := dumped(ctx, have), dumped(ctx, want)
	defer a.Close()
	defer b.Close()
	left, right := bufio.NewReader(a), bufio.NewReader(b)
	conversation := []byte("the counters")
	for n := 1; ; n++ {
		x, errX := left.ReadBytes('\n')
		y, errY := right.ReadBytes('\n')
		if bytes.HasPrefix(y, []byte("conversation ")) {
			conversation = idOf(y)
		}
		switch {
		case errX != nil && !errors.Is(errX, io.EOF):
			return errX
		case errY != nil && !errors.Is(errY, io.EOF):
			return errY
		case !bytes.Equal(x, y):
			word, _, _ := bytes.Cut(append(y, x...), []byte(" "))
			return withCode(exitFailed, fmt.Errorf("the views are not what the log says: a %s differs, at or after %s (line %d); "+
				"make them again with: frontdesk replay", word, conversation, n))
		case errX != nil:
			return nil
		}
	}
}

// idOf is the id in a conversation's line.
func idOf(line []byte) []byte {
	_, rest, _ := bytes.Cut(line, []byte(`ID="`))
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	return append([]byte("conversation "), id...)
}

// dumped is what a dump writes, as it is written.
func dumped(ctx context.Context, d dumper) io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(d.Dump(ctx, w)) }()
	return r
}
