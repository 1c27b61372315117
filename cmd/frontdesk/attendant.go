package main

import (
	"log/slog"

	"frontdesk/desk/presence"
	"frontdesk/store"
)

// newAttendant watches who is on the website of our own plugin.
func newAttendant(ours site, platform *ownPlatform, logger *slog.Logger) *presence.Watcher {
	return presence.New(presence.Options{
		Sites: []presence.Site{{Inbox: store.InboxID(ours.id), Token: ours.token}},
		Base:  platform.address, Logger: logger,
	})
}
