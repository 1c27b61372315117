package main

import (
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"frontdesk/desk/media"
	"frontdesk/ingest"
	"frontdesk/internal/config"
	"frontdesk/store"
)

// mediaName is the folder of files in the data folder.
const mediaName = "media"

// mediaFolder keeps the files that agents send and those that customers sent.
func mediaFolder(s config.Settings, st *stores) *media.Folder {
	return media.NewFolder(media.Options{
		Dir: filepath.Join(s.DataDir, mediaName), Max: s.MediaMax, Waiting: media.InOutbox(st.Views),
	})
}

// newGatherer fetches what customers send.
func newGatherer(p plan, st *stores, folder *media.Folder, platform *ownPlatform) *media.Gatherer {
	return media.NewGatherer(media.GathererOptions{
		Folder: folder, Views: st.Views, Feed: st.feed, Translate: ingest.Translate,
		Log: store.PokedLog{Log: watchedLog{Log: st.Log, metrics: st.metrics}, Projector: st.projector},
		Own: func() []string { return ownAddresses(platform.address(), p.settings.GraphURL) },
		Off: !p.settings.Media, Logger: p.logger,
	})
}

// ownAddresses are those of the platform where it is on this machine: of our own, and of another that plays Meta's part.
func ownAddresses(own, graph string) []string {
	var all []string
	if own != "" {
		all = append(all, own)
	}
	if u, err := url.Parse(graph); err == nil {
		ip := net.ParseIP(u.Hostname())
		if ip != nil && ip.IsLoopback() || strings.EqualFold(u.Hostname(), "localhost") {
			all = append(all, u.Scheme+"://"+u.Host)
		}
	}
	return all
}
