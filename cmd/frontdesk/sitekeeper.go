package main

import (
	"frontdesk/desk/embedding"
	"frontdesk/internal/config"
)

// newSiteKeeper reads and changes how our own plugin's chat is set.
func newSiteKeeper(s config.Settings, ours site, platform *ownPlatform) *embedding.Keeper {
	return embedding.NewKeeper(embedding.Options{
		Pages: []embedding.Page{{ID: ours.id, Token: ours.token, Fixed: s.PluginDomains}},
		Base:  platform.address, Public: s.URL,
	})
}
