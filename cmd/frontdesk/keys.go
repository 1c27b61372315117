package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"

	"frontdesk/internal/config"
	"frontdesk/store"
)

// site is the chat plugin's own inbox: its id and what speaks for it.
type site struct {
	id, token, appSecret string
}

// ourSite takes the plugin's id and secrets from the settings, or those made on first start. They are made and kept
// even where settings are given, so that taking a setting away again finds the old ones.
func ourSite(ctx context.Context, s config.Settings, keys store.Keys) (site, error) {
	kept := map[string]string{}
	for name, create := range map[string]func() (string, error){
		"plugin.page_id": newPageID, "plugin.token": newSecret, "plugin.app_secret": newSecret,
	} {
		value, err := keys.Key(ctx, name, create)
		if err != nil {
			return site{}, fmt.Errorf("make the chat plugin's ids and secrets: %w", err)
		}
		kept[name] = value
	}
	return site{
		id:        either(s.PluginPageID, kept["plugin.page_id"]),
		token:     either(s.PluginToken.Reveal(), kept["plugin.token"]),
		appSecret: either(s.PluginAppSecret.Reveal(), kept["plugin.app_secret"]),
	}, nil
}

func either(given, kept string) string {
	if given != "" {
		return given
	}
	return kept
}

// newPageID draws an id of fifteen digits that begins with 99: as long as ids of Pages, and none that is known.
func newPageID() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1e13))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("99%013d", n), nil
}

func newSecret() (string, error) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(b[:]), nil
}
