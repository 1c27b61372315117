package embedding_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk/embedding"
)

const (
	page  = "109872000000101"
	token = "page-token"
)

// platform answers what a test has it answer, and keeps what it was asked.
func platform(t *testing.T, answers map[string]string) (*embedding.Keeper, *[]string) {
	t.Helper()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			t.Errorf("%s came without the page's token", r.URL.Path)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		asked = append(asked, r.Method+" "+r.URL.Path+" "+string(body))
		answer := answers[r.Method+" "+r.URL.Path]
		if strings.HasPrefix(answer, `{"error"`) {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return embedding.NewKeeper(embedding.Options{
		Pages: []embedding.Page{{ID: page, Token: token, Fixed: []string{"https://www.lumen.example"}}},
		Base:  func() string { return server.URL },
	}), &asked
}

func TestKeeperReads(t *testing.T) {
	t.Parallel()
	k, _ := platform(t, map[string]string{
		"GET /me/chat_plugin":       `{"data":[{"welcome_screen_greeting":"Hello!","theme_color":"#1D6FB8","greeting_dialog_delay":2.5,"alignment":"LEFT","countries":{"deny":["US"]}}]}`,
		"GET /me/messenger_profile": `{"data":[{"whitelisted_domains":["https://shop.lumen.example","https://www.lumen.example"]}]}`,
	})
	site, err := k.Site(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	delay := 2.5
	want := embedding.Settings{
		Greeting: "Hello!", Color: "#1D6FB8", Delay: &delay, Countries: embedding.Countries{Deny: []string{"US"}},
		Domains: []string{"https://shop.lumen.example", "https://www.lumen.example"},
	}
	if diff := cmp.Diff(want, site.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if got := site.Allowed(); !slices.Equal(got, []string{"https://www.lumen.example", "https://shop.lumen.example"}) {
		t.Errorf("allowed are %q", got)
	}
	if site.Page != page || site.Public || site.TryOut != site.Address+"/plugin/try" {
		t.Errorf("the site is %+v", site)
	}
	if _, err := k.Site(t.Context(), "5"); !errors.Is(err, embedding.ErrNoSite) {
		t.Errorf("another page: %v", err)
	}
}

func TestKeeperSaves(t *testing.T) {
	t.Parallel()
	k, asked := platform(t, map[string]string{"POST /me/chat_plugin": `{"success":true}`, "DELETE /me/messenger_profile": `{"result":"success"}`})
	if err := k.Save(t.Context(), page, embedding.Settings{Color: "#1D6FB8", MinimumAge: 18}); err != nil {
		t.Fatal(err)
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(strings.TrimPrefix((*asked)[0], "POST /me/chat_plugin ")), &sent); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"welcome_screen_greeting": nil, "theme_color": "#1D6FB8", "greeting_dialog_display": nil, "greeting_dialog_delay": nil,
		"ref": nil, "locale": nil, "minimum_age": 18.0, "countries": nil,
	}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if got := (*asked)[1]; got != `DELETE /me/messenger_profile {"fields":["whitelisted_domains"]}` {
		t.Errorf("then it asked %s", got)
	}
}

func TestKeeperSaysWhatWasRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, answer string
		given        embedding.Settings
		want         embedding.Fault
		calls        int
	}{
		{"before anything is sent", "", embedding.Settings{Color: "#FFFFFF"}, embedding.Fault{Field: "theme_color", Says: "can't be white: nobody would see the button; take any other"}, 0},
		{
			"by the platform, at its field", `{"error":{"message":"(#100) Param countries needs the setting plugin_country_header: nothing else says where a visitor is"}}`,
			embedding.Settings{Countries: embedding.Countries{Allow: []string{"DE"}}},
			embedding.Fault{Field: "countries", Says: "needs the setting plugin_country_header: nothing else says where a visitor is"},
			1,
		},
		{
			"by the platform, as a whole", `{"error":{"message":"(#613) Calls to this api have exceeded the rate limit"}}`,
			embedding.Settings{},
			embedding.Fault{Says: "The chat plugin refused: (#613) Calls to this api have exceeded the rate limit"},
			1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k, asked := platform(t, map[string]string{"POST /me/chat_plugin": c.answer})
			fault, ok := errors.AsType[*embedding.Fault](k.Save(t.Context(), page, c.given))
			if !ok || *fault != c.want || len(*asked) != c.calls {
				t.Errorf("the fault is %+v after %d calls, want %+v after %d", fault, len(*asked), c.want, c.calls)
			}
		})
	}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://[::1]:80/x": true, "https://LOCALHOST.": true, "http://a.localhost": true,
		"https://lumen.example": false, "http://10.0.0.1": false, "": false, "http://[::ffff:127.0.0.1]": true,
	} {
		if got := embedding.IsLoopback(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
