package config

import (
	"slices"
	"strings"
)

// Names of settings, as config.toml spells them.
const (
	KeyData            = "data"
	KeyListen          = "listen"
	KeyURL             = "url"
	KeyAgent           = "agent"
	KeyLog             = "log"
	KeyLogLevel        = "log_level"
	KeyMetrics         = "metrics"
	KeyAppID           = "app_id"
	KeyAppSecret       = "app_secret"
	KeyVerifyToken     = "verify_token"
	KeyPageID          = "page_id"
	KeyPageToken       = "page_token"
	KeyHumanAgent      = "human_agent"
	KeyCanned          = "canned"
	KeyMedia           = "media"
	KeyMediaMax        = "media_max"
	KeyTyping          = "typing"
	KeyUndoSend        = "undo_send"
	KeyGraphURL        = "graph_url"
	KeyGraphVersion    = "graph_version"
	KeyPluginPageID    = "plugin_page_id"
	KeyPluginToken     = "plugin_token"
	KeyPluginAppSecret = "plugin_app_secret"

	KeyPluginName           = "plugin_name"
	KeyPluginDomains        = "plugin_domains"
	KeyPluginTrustedProxies = "plugin_trusted_proxies"
	KeyPluginIdentitySecret = "plugin_identity_secret"
	KeyPluginGuestSessions  = "plugin_guest_sessions"
	KeyPluginCountryHeader  = "plugin_country_header"

	KeyPluginApps        = "plugin_apps"
	KeyPluginAppsTokens  = "plugin_apps_tokens"
	KeyPluginAppsSecrets = "plugin_apps_secrets"
)

const (
	envPrefix     = "FRONTDESK_"
	envTestPrefix = "FRONTDESK_TEST_" // read by the project's own tests, no settings
	commandSuffix = "_command"
)

var secretKeys = []string{KeyAppSecret, KeyVerifyToken, KeyPageToken, KeyPluginToken, KeyPluginAppSecret, KeyPluginIdentitySecret, KeyPluginAppsTokens, KeyPluginAppsSecrets}

// allKeys is every name config.toml may hold.
var allKeys = func() []string {
	keys := []string{
		KeyData, KeyListen, KeyURL, KeyAgent, KeyLog, KeyLogLevel, KeyMetrics, KeyAppID, KeyPageID, KeyHumanAgent, KeyCanned, KeyMedia, KeyMediaMax, KeyGraphURL, KeyGraphVersion,
		KeyTyping, KeyUndoSend, KeyPluginPageID, KeyPluginName, KeyPluginDomains, KeyPluginTrustedProxies, KeyPluginGuestSessions,
		KeyPluginCountryHeader, KeyPluginApps,
	}
	for _, k := range secretKeys {
		keys = append(keys, k, k+commandSuffix)
	}
	slices.Sort(keys)
	return keys
}()

// Variable is the environment variable of a setting.
func Variable(key string) string { return envPrefix + strings.ToUpper(key) }

// nearest is the candidate most like s, or "" when none is like it. One that s is the beginning of comes before all
// others, the shortest first.
func nearest(s string, candidates []string) string {
	best, distance := "", len(s)/3+1
	for _, c := range candidates {
		if len(s) > 1 && strings.HasPrefix(c, s) && (best == "" || len(c) < len(best)) {
			best = c
		}
	}
	if best != "" {
		return best
	}
	for _, c := range candidates {
		if d := editDistance(s, c); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance counts the bytes to insert, drop or change to make b of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
