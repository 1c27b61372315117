package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/adrg/xdg"
)

// Source is where settings are looked for.
type Source struct {
	Flags   map[string]string // by key; what is empty was not given
	Environ []string          // as os.Environ gives it
	File    string            // config.toml; empty, or a file that is not there: none
	DataDir string            // the data folder when no setting names one
	Login   string            // the agent when no setting names one
}

// Here is the source of this process: its variables, the XDG folders, the login name.
func Here(flags map[string]string) Source {
	return Source{
		Flags:   flags,
		Environ: os.Environ(),
		File:    filepath.Join(xdg.ConfigHome, "frontdesk", "config.toml"),
		DataDir: filepath.Join(xdg.DataHome, "frontdesk"),
		Login:   login(),
	}
}

func login() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	return "agent"
}

// commandTime is how long a command may take to print a secret; it may ask somebody to unlock a key.
const commandTime = time.Minute

// Load reads and checks the settings. Its error says of everything that is wrong what it is, where, and what to do.
func Load(ctx context.Context, src Source) (Settings, error) {
	env, warnings := envLayer(src.Environ)
	file, more, err := fileLayer(src.File)
	if err != nil {
		return Settings{}, err
	}
	l := &loader{ctx: ctx, layers: []layer{flagLayer(src.Flags), env, file}}
	s := Settings{
		Listen:          l.address(KeyListen, DefaultListen, DefaultListen),
		URL:             l.base(KeyURL, ""),
		Metrics:         l.address(KeyMetrics, "", "127.0.0.1:9090"),
		LogLevel:        l.level(KeyLogLevel),
		Agent:           l.text(KeyAgent, src.Login),
		AppID:           l.digits(KeyAppID),
		AppSecret:       l.secret(KeyAppSecret),
		VerifyToken:     l.secret(KeyVerifyToken),
		HumanAgent:      l.flag(KeyHumanAgent),
		Media:           l.flagUnlessOff(KeyMedia),
		MediaMax:        l.bytes(KeyMediaMax, minMediaMax),
		Typing:          l.flagUnlessOff(KeyTyping),
		UndoSend:        l.seconds(KeyUndoSend, maxUndoSend),
		GraphURL:        l.base(KeyGraphURL, DefaultGraphURL),
		GraphVersion:    l.version(KeyGraphVersion),
		PluginPageID:    l.digits(KeyPluginPageID),
		PluginToken:     l.secret(KeyPluginToken),
		PluginAppSecret: l.secret(KeyPluginAppSecret),

		PluginName:           l.name(KeyPluginName),
		PluginDomains:        l.domains(KeyPluginDomains),
		PluginTrustedProxies: l.networks(KeyPluginTrustedProxies),
		PluginIdentitySecret: l.secret(KeyPluginIdentitySecret),
		PluginGuestSessions:  l.hours(KeyPluginGuestSessions),
		PluginCountryHeader:  l.header(KeyPluginCountryHeader),

		Warnings: append(warnings, more...),
	}
	if s.DataDir, err = filepath.Abs(l.text(KeyData, src.DataDir)); err != nil {
		l.fault("find the data folder: %w", err)
	}
	s.Canned = cannedFolder(src, s.DataDir, l.text(KeyCanned, cannedName))
	given := l.text(KeyLog, "")
	s.LogFile, s.LogGiven = logFile(s.DataDir, given), given != ""
	if filepath.Dir(s.LogFile) == s.DataDir && isData(filepath.Base(s.LogFile)) {
		_, where := l.find(KeyLog)
		l.fault("%s: %s holds data of frontdesk; give the log file another name, as in frontdesk.log", where, s.LogFile)
	}
	s.Pages = l.pages(s)
	s.PluginApps = l.apps(s)
	if s.PluginCountryHeader != "" && len(s.PluginTrustedProxies) == 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%s is not used: it is believed only from the proxies that %s names.",
			Variable(KeyPluginCountryHeader), Variable(KeyPluginTrustedProxies)))
	}
	return s, errors.Join(l.faults...)
}

// loader looks settings up and collects what is wrong with them.
type loader struct {
	ctx    context.Context //nolint:containedctx // lives for one Load
	layers []layer
	faults []error
}

func (l *loader) fault(format string, args ...any) {
	l.faults = append(l.faults, fmt.Errorf(format, args...))
}

// find is the value of key and the name under which it was given.
func (l *loader) find(key string) (value, where string) {
	for _, layer := range l.layers {
		if v := layer.values[key]; v != "" {
			return v, layer.where(key)
		}
	}
	return "", ""
}

func (l *loader) text(key, otherwise string) string {
	if v, _ := l.find(key); v != "" {
		return v
	}
	return otherwise
}

// address is host:port, as in example.
func (l *loader) address(key, otherwise, example string) string {
	v, where := l.find(key)
	if v == "" {
		return otherwise
	}
	_, port, err := net.SplitHostPort(v)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n > 65535 {
		l.fault("%s: %q is no address to listen on; give host and port, as in %s", where, v, example)
	}
	return v
}

// levels are what may be asked of the log file, by name.
var levels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

func (l *loader) level(key string) slog.Level {
	v, where := l.find(key)
	if v == "" {
		return slog.LevelInfo
	}
	level, ok := levels[strings.ToLower(v)]
	if !ok {
		l.fault("%s: %q is no level of the log file; give debug, info, warn or error", where, v)
	}
	return level
}

func (l *loader) digits(key string) string {
	v, where := l.find(key)
	if v != "" && !isID(v) {
		l.fault("%s: what was given is no id; it is a row of digits, as Meta shows it", where)
	}
	return v
}

func (l *loader) flag(key string) bool {
	v, where := l.find(key)
	switch strings.ToLower(v) {
	case "", "0", "false", "no", "off":
		return false
	case "1", "true", "yes", "on":
		return true
	}
	l.fault("%s: %q is neither on nor off; give one of them", where, v)
	return false
}

// flagUnlessOff is a flag that is true where nobody says otherwise.
func (l *loader) flagUnlessOff(key string) bool {
	if v, _ := l.find(key); v == "" {
		return true
	}
	return l.flag(key)
}

// minMediaMax is the least that may be asked for: a few of the largest files there are.
const minMediaMax = 100 << 20

var bytesForm = regexp.MustCompile(`^(\d+)\s*([kmgt]?)i?b?$`)

// bytes is a size of at least so much, as in 500MB; 0 when none is given.
func (l *loader) bytes(key string, least int64) int64 {
	v, where := l.find(key)
	if v == "" {
		return 0
	}
	parts := bytesForm.FindStringSubmatch(strings.ToLower(v))
	if parts == nil {
		l.fault("%s: %q is no size; give a whole number with MB or GB, as in 500MB or 2GB", where, v)
		return 0
	}
	shift := 10 * strings.Index("_kmgt", orElse(parts[2], "_"))
	n, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || n > math.MaxInt64>>shift {
		l.fault("%s: %s is larger than any disk; give less, as in 2GB", where, v)
		return 0
	}
	if n <<= shift; n < least {
		l.fault("%s: %s is too small to be of use; give at least %dMB", where, v, least>>20)
	}
	return n
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// maxUndoSend is the longest that a reply may be held: a customer waits for it all that time.
const maxUndoSend = time.Minute

// seconds is a time of at most so much, as in 10s or 10; 0 when none is given.
func (l *loader) seconds(key string, most time.Duration) time.Duration {
	v, where := l.find(key)
	switch strings.ToLower(v) {
	case "", "off", "no", "false", "0":
		return 0
	}
	d, err := time.ParseDuration(v)
	if n, bare := strconv.ParseUint(v, 10, 16); bare == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	switch {
	case err != nil || d < 0:
		l.fault("%s: %q is no time; give seconds, as in 10s, or 0", where, v)
		return 0
	case d > most:
		l.fault("%s: %s is too long; give at most %ds", where, v, int(most.Seconds()))
		return 0
	}
	return d
}

// base is the address that paths are added to.
func (l *loader) base(key, otherwise string) string {
	v, where := l.find(key)
	if v == "" {
		return otherwise
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.User != nil {
		l.fault("%s is no address; give scheme and host only, as in %s", where, otherwise)
	}
	return strings.TrimRight(v, "/")
}

var versionForm = regexp.MustCompile(`^v\d+\.\d+$`)

func (l *loader) version(key string) string {
	v, where := l.find(key)
	if v != "" && !versionForm.MatchString(v) {
		l.fault("%s: %q is no version of the Graph API; they look like v25.0", where, v)
	}
	return v
}

// secret is the value of key, or what its command prints. The first layer that gives either decides.
func (l *loader) secret(key string) Secret {
	command := key + commandSuffix
	for _, layer := range l.layers {
		value, run := layer.values[key], layer.values[command]
		switch {
		case value != "" && run != "":
			l.fault("%s and %s are both given; remove one", layer.where(key), layer.where(command))
			return ""
		case value != "":
			return Secret(value)
		case run != "":
			printed, err := printedBy(l.ctx, run)
			if err != nil {
				l.fault("%s: the command printed no secret: %w; try it in a shell", layer.where(command), err)
			}
			return Secret(printed)
		}
	}
	return ""
}

// printedBy runs command in sh and returns what it printed. Its complaints go to the terminal, for it may ask for a
// password there; they are no part of the error, for they might hold the secret.
func printedBy(ctx context.Context, command string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, &out, os.Stderr
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("it was still running after %s", commandTime)
		}
		return "", err
	}
	printed := strings.TrimSpace(out.String())
	if printed == "" {
		return "", errors.New("its output is empty")
	}
	return printed, nil
}

// pages pairs page ids with tokens, in their order, and checks that there is a secret to verify their events with.
func (l *loader) pages(s Settings) []Page {
	ids, where := l.find(KeyPageID)
	tokens := split(l.secret(KeyPageToken).Reveal())
	var pages []Page
	for i, id := range split(ids) {
		switch {
		case !isID(id):
			l.fault("%s: number %d is no id of a Page; it is a row of digits, as Meta shows it", where, i+1)
		case id == s.PluginPageID:
			l.fault("%s: %s is also %s; the plugin needs an id of its own", where, id, Variable(KeyPluginPageID))
		case hasPage(pages, id):
			l.fault("%s: Page %s is given twice", where, id)
		}
		page := Page{ID: id}
		if i < len(tokens) {
			page.Token = Secret(tokens[i])
		}
		pages = append(pages, page)
	}
	if len(pages) != len(tokens) {
		l.fault("%s names %s and %s has %s; give one token for each Page, comma-separated, in the same order",
			Variable(KeyPageID), count(len(pages), "Page"), Variable(KeyPageToken), count(len(tokens), "token"))
	}
	if (len(pages) > 0 || len(tokens) > 0) && s.AppSecret == "" && !l.failed(KeyAppSecret) {
		l.fault("%s is not set, so nothing could tell Meta's events from anybody's; set it to the app secret that"+
			" the App Dashboard shows under Settings, Basic, or take %s and %s away to use the plugin alone",
			Variable(KeyAppSecret), Variable(KeyPageID), Variable(KeyPageToken))
	}
	return pages
}

// isData reports whether a file of this name in the data folder is, or may become, one of frontdesk's own: log lines in
// it would destroy what it holds.
func isData(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".db") || strings.HasSuffix(name, ".sock") || strings.Contains(name, ".db.")
}

// failed reports whether key was given in a form that already made a fault.
func (l *loader) failed(key string) bool {
	value, _ := l.find(key)
	command, _ := l.find(key + commandSuffix)
	return value != "" || command != ""
}

func hasPage(pages []Page, id string) bool {
	for _, p := range pages {
		if p.ID == id {
			return true
		}
	}
	return false
}

// split takes a list apart at commas and line ends; empty parts do not count.
func split(list string) []string {
	var parts []string
	for part := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// isID reports whether s can be an id of Meta's: digits, the first of which is no 0. The page 0 is the dashboard's, whose
// events are never kept.
func isID(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" && s[0] != '0'
}
