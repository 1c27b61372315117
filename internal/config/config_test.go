package config_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/internal/config"
)

func load(t *testing.T, toml string, environ []string, flags map[string]string) (config.Settings, error) {
	t.Helper()
	src := config.Source{Flags: flags, Environ: environ, DataDir: "/data", Login: "ana"}
	if toml != "" {
		src.File = filepath.Join(t.TempDir(), "config.toml")
		if err := os.WriteFile(src.File, []byte(toml), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return config.Load(t.Context(), src)
}

func TestNothingConfigured(t *testing.T) {
	t.Parallel()
	got, err := load(t, "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Settings{
		DataDir: "/data", Listen: "127.0.0.1:8080", Agent: "ana", LogFile: "/data/frontdesk.log",
		GraphURL: "https://graph.facebook.com", Canned: "/data/canned", Media: true, Typing: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	toml := `
data = "/from/file"
listen = "127.0.0.1:1"
agent = "file"
app_secret = "file-secret"
page_id = ["11", "12"]
page_token = ["t11", "t12"]
human_agent = true
undo_send = 8
`
	environ := []string{
		"FRONTDESK_LISTEN=127.0.0.1:2", "FRONTDESK_AGENT=env", "FRONTDESK_DATA=", "FRONTDESK_GRAPH_URL=http://127.0.0.1:9/",
		"FRONTDESK_LOG=other.log", "FRONTDESK_LOG_LEVEL=Debug", "FRONTDESK_METRICS=127.0.0.1:9090", "FRONTDESK_CANNED=/our/canned",
		"FRONTDESK_MEDIA=off", "FRONTDESK_MEDIA_MAX=2 GB", "FRONTDESK_TYPING=off", "FRONTDESK_TEST_ALL=1", "HOME=/root",
	}
	got, err := load(t, toml, environ, map[string]string{"agent": "flag", "listen": ""})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Settings{
		DataDir: "/from/file", Listen: "127.0.0.1:2", Agent: "flag", LogFile: "/from/file/other.log", LogGiven: true,
		LogLevel: slog.LevelDebug, Metrics: "127.0.0.1:9090", Canned: "/our/canned", MediaMax: 2 << 30, UndoSend: 8 * time.Second,
		AppSecret: "file-secret", HumanAgent: true, GraphURL: "http://127.0.0.1:9",
		Pages: []config.Page{{ID: "11", Token: "t11"}, {ID: "12", Token: "t12"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestHowLongAReplyIsHeld(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]time.Duration{
		"": 0, "0": 0, "off": 0, "7": 7 * time.Second, "10s": 10 * time.Second, "1500ms": 1500 * time.Millisecond, "60": time.Minute, "1m": time.Minute,
	} {
		s, err := load(t, "", []string{"FRONTDESK_UNDO_SEND=" + given}, nil)
		if err != nil || s.UndoSend != want {
			t.Errorf("%q: %s, %v, want %s", given, s.UndoSend, err, want)
		}
	}
}

func TestRoomForFiles(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]int64{
		"": 0, "100MB": 100 << 20, "1gb": 1 << 30, "2GiB": 2 << 30, "104857600": 100 << 20, "1 T": 1 << 40, "204800k": 200 << 20,
	} {
		s, err := load(t, "", []string{"FRONTDESK_MEDIA_MAX=" + given}, nil)
		if err != nil || s.MediaMax != want {
			t.Errorf("%q: %d, %v, want %d", given, s.MediaMax, err, want)
		}
	}
}

func TestCannedResponsesAreBesideTheSettings(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "config.toml")
	for given, want := range map[string]string{
		"": "canned", "ours": "ours", "../shared/canned": "../shared/canned", "/our/canned": "/our/canned",
	} {
		s, err := config.Load(t.Context(), config.Source{File: file, DataDir: "/data", Environ: []string{"FRONTDESK_CANNED=" + given}})
		if !filepath.IsAbs(want) {
			want = filepath.Join(filepath.Dir(file), want)
		}
		if err != nil || s.Canned != want {
			t.Errorf("%q: %s, %v, want %s", given, s.Canned, err, want)
		}
	}
}

func TestSecretsFromCommands(t *testing.T) {
	t.Parallel()
	got, err := load(t, `app_secret_command = "echo ' from a command '"`+"\n"+`page_token = "unused"`,
		[]string{"FRONTDESK_PAGE_ID=11,12", `FRONTDESK_PAGE_TOKEN_COMMAND=printf 'a\nb\n'`}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.AppSecret.Reveal() != "from a command" {
		t.Errorf("app secret = %q", got.AppSecret.Reveal())
	}
	want := []config.Page{{ID: "11", Token: "a"}, {ID: "12", Token: "b"}}
	if diff := cmp.Diff(want, got.Pages); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestFaultsSayWhatWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		toml    string
		environ []string
		flags   map[string]string
		want    []string // each must be in the error
	}{
		"page without app secret": {
			environ: []string{"FRONTDESK_PAGE_ID=11", "FRONTDESK_PAGE_TOKEN=hush"},
			want:    []string{"FRONTDESK_APP_SECRET is not set"},
		},
		"files: neither on nor off": {
			environ: []string{"FRONTDESK_MEDIA=sometimes"},
			want:    []string{"FRONTDESK_MEDIA", "neither on nor off"},
		},
		"room for files: no size": {
			environ: []string{"FRONTDESK_MEDIA_MAX=lots"},
			want:    []string{"FRONTDESK_MEDIA_MAX", `"lots" is no size`, "as in 500MB"},
		},
		"room for files: too small": {
			environ: []string{"FRONTDESK_MEDIA_MAX=99MB"},
			want:    []string{"FRONTDESK_MEDIA_MAX", "at least 100MB"},
		},
		"room for files: too large": {
			environ: []string{"FRONTDESK_MEDIA_MAX=99999999999TB"},
			want:    []string{"FRONTDESK_MEDIA_MAX", "larger than any disk"},
		},
		"token without app secret": {
			environ: []string{"FRONTDESK_PAGE_TOKEN=hush"},
			want:    []string{"FRONTDESK_APP_SECRET is not set", "FRONTDESK_PAGE_ID names 0 Pages"},
		},
		"fewer tokens than pages": {
			environ: []string{"FRONTDESK_PAGE_ID=11,12", "FRONTDESK_PAGE_TOKEN=hush", "FRONTDESK_APP_SECRET=hush"},
			want:    []string{"names 2 Pages", "has 1 token;", "in the same order"},
		},
		"page twice": {
			environ: []string{"FRONTDESK_PAGE_ID=11,11", "FRONTDESK_PAGE_TOKEN=hush,hush", "FRONTDESK_APP_SECRET=hush"},
			want:    []string{"FRONTDESK_PAGE_ID: Page 11 is given twice"},
		},
		"page is the plugin's": {
			environ: []string{
				"FRONTDESK_PAGE_ID=11", "FRONTDESK_PAGE_TOKEN=hush", "FRONTDESK_APP_SECRET=hush", "FRONTDESK_PLUGIN_PAGE_ID=11",
			},
			want: []string{"FRONTDESK_PAGE_ID: 11 is also FRONTDESK_PLUGIN_PAGE_ID"},
		},
		"page id is a name":        {toml: `page_id = "lumen"`, want: []string{"page_id in ", "config.toml", "number 1 is no id of a Page"}},
		"page id is a token":       {environ: []string{"FRONTDESK_PAGE_ID=11,hush"}, want: []string{"FRONTDESK_PAGE_ID: number 2 is no id"}},
		"page id of dashboards":    {environ: []string{"FRONTDESK_PAGE_ID=0"}, want: []string{"number 1 is no id of a Page"}},
		"plugin's page id is 0":    {environ: []string{"FRONTDESK_PLUGIN_PAGE_ID=0"}, want: []string{"FRONTDESK_PLUGIN_PAGE_ID", "is no id"}},
		"app id is the secret":     {environ: []string{"FRONTDESK_APP_ID=hush"}, want: []string{"FRONTDESK_APP_ID", "is no id"}},
		"log file is the log":      {environ: []string{"FRONTDESK_LOG=log.db"}, want: []string{"FRONTDESK_LOG", "/data/log.db", "give the log file another name"}},
		"log file is the socket":   {toml: `log = "/data/control.sock"`, want: []string{"log in ", "/data/control.sock"}},
		"secret without quotes":    {toml: "app_secret = 12345678901234567890123", want: []string{"config.toml line 1", "is not TOML"}},
		"the same key twice":       {toml: "agent = \"a\"\nagent = \"b\"", want: []string{"config.toml", "agent is already defined"}},
		"listen without port":      {flags: map[string]string{"listen": "localhost"}, want: []string{"--listen", `"localhost"`, "127.0.0.1:8080"}},
		"listen port too large":    {environ: []string{"FRONTDESK_LISTEN=:70000"}, want: []string{"FRONTDESK_LISTEN"}},
		"log level":                {environ: []string{"FRONTDESK_LOG_LEVEL=loud"}, want: []string{"FRONTDESK_LOG_LEVEL", `"loud"`, "debug, info, warn or error"}},
		"metrics without port":     {toml: `metrics = "localhost"`, want: []string{"metrics in ", `"localhost"`, "127.0.0.1:9090"}},
		"graph address incomplete": {environ: []string{"FRONTDESK_GRAPH_URL=graph.example"}, want: []string{"FRONTDESK_GRAPH_URL", "scheme and host"}},
		"graph version":            {environ: []string{"FRONTDESK_GRAPH_VERSION=25"}, want: []string{"FRONTDESK_GRAPH_VERSION", "v25.0"}},
		"human agent":              {environ: []string{"FRONTDESK_HUMAN_AGENT=maybe"}, want: []string{"FRONTDESK_HUMAN_AGENT", "neither on nor off"}},
		"undo-send is a word":      {environ: []string{"FRONTDESK_UNDO_SEND=soon"}, want: []string{"FRONTDESK_UNDO_SEND", `"soon"`, "as in 10s"}},
		"undo-send in the past":    {toml: `undo_send = "-3s"`, want: []string{"undo_send in ", `"-3s"`, "as in 10s"}},
		"undo-send is too long":    {environ: []string{"FRONTDESK_UNDO_SEND=61"}, want: []string{"FRONTDESK_UNDO_SEND", "61 is too long", "at most 60s"}},
		"typing":                   {environ: []string{"FRONTDESK_TYPING=maybe"}, want: []string{"FRONTDESK_TYPING", "neither on nor off"}},
		"unknown key":              {toml: "agent = \"a\"\nlistenn = \"x\"\nlisen = \"x\"", want: []string{"config.toml line 3", `"lisen"`, "did you mean listen?", "line 2"}},
		"unknown table":            {toml: "[pages]\nid = \"1\"", want: []string{`"pages.id" is no setting`}},
		"wrong type":               {toml: "\nlisten = 1.5", want: []string{"config.toml line 2", "listen must be"}},
		"not toml":                 {toml: "agent = \"a\"\napp_secret = hush", want: []string{"config.toml line 2", "is not TOML"}},
		"secret twice": {
			environ: []string{"FRONTDESK_APP_SECRET=hush", "FRONTDESK_APP_SECRET_COMMAND=echo hush"},
			want:    []string{"FRONTDESK_APP_SECRET and FRONTDESK_APP_SECRET_COMMAND are both given"},
		},
		"command fails": {
			environ: []string{"FRONTDESK_APP_SECRET_COMMAND=exit 3", "FRONTDESK_PAGE_ID=11", "FRONTDESK_PAGE_TOKEN=hush"},
			want:    []string{"FRONTDESK_APP_SECRET_COMMAND", "exit status 3"},
		},
		"command prints nothing": {
			environ: []string{"FRONTDESK_APP_SECRET_COMMAND=true"},
			want:    []string{"FRONTDESK_APP_SECRET_COMMAND", "its output is empty"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, tt.toml, tt.environ, tt.flags)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%s", want, err)
				}
			}
			if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "1234567890") {
				t.Errorf("error shows a secret:\n%s", err)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(`app_secret = "hush"`), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(t.Context(), config.Source{
		File: path, DataDir: "/data", Environ: []string{"FRONTDESK_LISTENS=:1", "FRONTDESK_PAG=11", "FRONTDESK_COLOUR_OF_DOOR=red"},
	})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(got.Warnings, "\n")
	for _, want := range []string{
		"FRONTDESK_LISTENS is no setting of frontdesk and is not used. Did you mean FRONTDESK_LISTEN?",
		"FRONTDESK_PAG is no setting of frontdesk and is not used. Did you mean FRONTDESK_PAGE_ID?",
		"FRONTDESK_COLOUR_OF_DOOR is no setting of frontdesk and is not used.",
		"chmod 600 " + path,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("warnings lack %q:\n%s", want, all)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	s := config.Settings{AppSecret: "hush", Pages: []config.Page{{ID: "11", Token: "hush"}}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if out := fmt.Sprintf(format, s); strings.Contains(out, "hush") {
			t.Errorf("%s prints a secret: %s", format, out)
		}
	}
}

// TestNothingFarIsSuggested wants no other setting to be named for a variable that is near none.
func TestNothingFarIsSuggested(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := config.Load(t.Context(), config.Source{Environ: []string{"FRONTDESK_FOO=1"}, DataDir: dir})
	if err != nil || len(s.Warnings) != 1 || strings.Contains(s.Warnings[0], "Did you mean") {
		t.Errorf("warnings %q, %v, want one that suggests nothing", s.Warnings, err)
	}
}
