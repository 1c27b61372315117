package config

import (
	"log/slog"
	"net/netip"
	"path/filepath"
	"time"
)

// Secret is a value that must not be seen. It prints as a placeholder; Reveal gives it out.
type Secret string

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[secret]"
}

// GoString hides the value.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the value.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Page is one connected Page.
type Page struct {
	ID    string
	Token Secret
}

// App is a program that works with our own plugin's page: a bot.
type App struct {
	ID     string
	Token  Secret // its access token for the page
	Secret Secret // signs what it is told
}

// Settings are what a user decides about frontdesk, checked.
type Settings struct {
	DataDir string // absolute
	Listen  string // host:port
	URL     string // where the world reaches the listener, as in https://chat.lumen.example; empty: nobody said
	Agent   string // in whose name commands and the screen act
	LogFile string // absolute
	// LogGiven says that a setting names the log file, so that somebody else may look after its size.
	LogGiven bool
	LogLevel slog.Level
	Metrics  string // host:port for those who watch; empty: nowhere
	Canned   string // absolute: the folder of canned responses; macros are in the folder macros beside it
	Media    bool   // what customers send is fetched by itself
	MediaMax int64  // bytes of all files in the data folder; 0: the default

	Typing   bool          // customers are told that somebody types or has read
	UndoSend time.Duration // how long a reply is held, so that it can be taken back; 0: not at all

	Pages        []Page
	AppID        string
	AppSecret    Secret // given whenever Pages is not empty
	VerifyToken  Secret
	HumanAgent   bool // the HUMAN_AGENT tag may be used on the Pages
	GraphURL     string
	GraphVersion string

	// For our own plugin; what is empty is made on first start and kept.
	PluginPageID    string
	PluginToken     Secret
	PluginAppSecret Secret

	PluginName           string         // what visitors see above the chat; empty: none
	PluginDomains        []string       // websites that may embed the plugin, as messenger.WebsiteOrigin spells them
	PluginTrustedProxies []netip.Prefix // whose word for a visitor's address is taken
	PluginIdentitySecret Secret         // with which the website signs who its visitors are; empty: it does not
	PluginGuestSessions  time.Duration  // after which a guest's conversation ends; 0: never
	PluginCountryHeader  string         // in which a trusted proxy says where a visitor is; empty: nobody knows
	PluginApps           []App          // programs beside our own that work with the plugin's page

	// Warnings are sentences about settings that were not used.
	Warnings []string
}

// The defaults that are not taken from the machine.
const (
	DefaultListen   = "127.0.0.1:8080"
	DefaultGraphURL = "https://graph.facebook.com"
	logFileName     = "frontdesk.log"
	cannedName      = "canned"
)

// cannedFolder is where canned responses are: as given, taken from the folder of config.toml when relative.
func cannedFolder(src Source, dataDir, given string) string {
	if filepath.IsAbs(given) {
		return given
	}
	base := dataDir
	if src.File != "" {
		base = filepath.Dir(src.File)
	}
	return filepath.Join(base, given)
}

// logFile is where the log goes: as given, taken from the data folder when relative.
func logFile(dataDir, given string) string {
	switch {
	case given == "":
		return filepath.Join(dataDir, logFileName)
	case filepath.IsAbs(given):
		return given
	default:
		return filepath.Join(dataDir, given)
	}
}
