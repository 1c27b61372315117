package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/internal/config"
)

// door is a command's way to a desk: the running process's, or one that this command opened for itself.
type door struct {
	desk.Contract
	settings config.Settings
	remote   bool
	close    func() error
}

// courierWanted says whether a command needs replies to be carried while it has the door open.
type courierWanted bool

const (
	withoutCourier courierWanted = false
	withCourier    courierWanted = true
)

// throughDoor opens a door, waits until the views have come to the log's head, and hands it to do.
func throughDoor(cmd *cobra.Command, flags map[string]string, courier courierWanted, do func(context.Context, *door) error) (err error) {
	s, err := loadSettings(cmd, flags)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	d, err := openDoor(ctx, s, courier)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.CaughtUp(ctx); err != nil {
		return err
	}
	err = do(ctx, d)
	if why := cause(ctx); why != nil && err != nil {
		return why
	}
	return err
}

// openDoor finds the running desk, or opens the data for as long as the command takes.
func openDoor(ctx context.Context, s config.Settings, courier courierWanted) (*door, error) {
	logger := slog.New(slog.DiscardHandler) // a command says on stderr what went wrong
	st, client, err := openOrDial(ctx, s, logger)
	if err != nil {
		return nil, err
	}
	if client != nil {
		return &door{Contract: client, settings: s, remote: true, close: client.Close}, nil
	}
	if courier {
		// Visitors are answered through the plugin's platform, so that it must listen somewhere; and nobody else shall
		// lean on a desk that is gone in a second.
		h, err := buildHouse(ctx, st, plan{settings: s, logger: logger, listen: "127.0.0.1:0", private: true})
		if err != nil {
			return nil, err
		}
		return &door{Contract: h.desk, settings: s, close: h.Close}, nil
	}
	d, err := stillDesk(ctx, st, s)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	closeAll := func() error { return errors.Join(d.Close(), st.Close()) }
	return &door{Contract: d, settings: s, close: closeAll}, nil
}

// stillDesk is a desk that answers and keeps replies, and carries none.
func stillDesk(ctx context.Context, st *stores, s config.Settings) (*desk.Desk, error) {
	ours, err := ourSite(ctx, s, st.Desk)
	if err != nil {
		return nil, err
	}
	platform, p := newOwnPlatform(), plan{settings: s}
	inboxes, err := inboxesOf(p, ours, platform)
	if err != nil {
		return nil, err
	}
	folder := mediaFolder(s, st)
	return desk.New(desk.Options{
		Log: st.Log, Views: st.Views, Feed: st.feed, Drafts: st.Desk, Poke: st.projector.Poke,
		Inboxes: inboxes, PluginSender: platform.sender(ours.id), Version: version(), DataDir: s.DataDir,
		Canned: canned.NewShelf(s.Canned, nil), Uses: st.Desk,
		Media: folder, Gather: newGatherer(p, st, folder, platform),
		Hold: s.UndoSend, AppID: s.AppID,
	})
}
