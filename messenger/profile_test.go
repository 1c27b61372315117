package messenger

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func hours(h float64) *float64 { return &h }

func TestProfileRecorded(t *testing.T) {
	t.Parallel()
	cases := map[string]Profile{
		"profile-success.json": {
			ID: testPerson, FirstName: "Maya", LastName: "Okafor", Locale: "en_IE", Timezone: hours(0), Gender: "female",
			PictureURL: "https://platform-lookaside.fbsbx.com/platform/profilepic/?psid=7412000000000101&width=1024&ext=1798000000&hash=AfInvented",
		},
		"profile-minimal.json": {
			ID: "7412000000000102", FirstName: "春香", LastName: "佐藤",
			PictureURL: "https://platform-lookaside.fbsbx.com/platform/profilepic/?psid=7412000000000102&width=1024&ext=1798000000&hash=AfInvented",
		},
		"profile-fractional-timezone.json": {ID: "7412000000000201", FirstName: "Priya", LastName: "Nair", Timezone: hours(5.5)},
		"profile-empty-object.json":        {},
	}
	files, err := filepath.Glob("testdata/graph/profile-[^e]*")
	if err != nil || len(files)+1 != len(cases) {
		t.Fatalf("%d recorded answers, %d cases, %v", len(files)+1, len(cases), err)
	}
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := graph(t, answer(200, recordedAnswer(t, name))).Profile(t.Context(), testPerson)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("profile (-want +got):\n%s", diff)
			}
		})
	}
}

// The fields that need permissions of their own are asked for apart, and nothing is lost when they are refused.
func TestProfileAsksTwice(t *testing.T) {
	t.Parallel()
	var asked []string
	c := graph(t, func(w http.ResponseWriter, r *http.Request) {
		fields := r.URL.Query().Get("fields")
		asked = append(asked, r.Method+" "+r.URL.Path+" "+fields)
		if r.Header.Get("Authorization") != "Bearer "+testToken || r.URL.Query().Get("appsecret_proof") == "" {
			t.Errorf("request %s lacks token or proof", r.URL.Path)
		}
		if strings.Contains(fields, "locale") {
			answer(403, recordedAnswer(t, "profile-error-2018247-permission.json"))(w, r)
			return
		}
		answer(200, []byte(`{"id":7412000000000101,"name":"Maya Okafor"}`))(w, r)
	})
	got, err := c.Profile(t.Context(), testPerson)
	if want := (Profile{ID: testPerson, Name: "Maya Okafor"}); err != nil || got != want {
		t.Errorf("profile = %+v, %v; want %+v", got, err, want)
	}
	want := []string{
		"GET /v25.0/" + testPerson + " id,name,first_name,last_name,profile_pic",
		"GET /v25.0/" + testPerson + " locale,timezone,gender",
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestProfileWithoutAccessAsksOnce(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	c := graph(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		answer(200, []byte(`{}`))(w, r)
	})
	if p, err := c.Profile(t.Context(), testPerson); err != nil || p != (Profile{}) || requests.Load() != 1 {
		t.Errorf("profile = %+v, %v after %d requests", p, err, requests.Load())
	}
}

func TestProfileOfNoJSON(t *testing.T) {
	t.Parallel()
	if p, err := graph(t, answer(200, []byte("<html>"))).Profile(t.Context(), testPerson); err == nil {
		t.Errorf("profile = %+v, want an error", p)
	}
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]Profile{
		"Maya Okafor": {Name: "Maya Okafor", FirstName: "M"}, "Priya Nair": {FirstName: "Priya", LastName: "Nair"},
		"Leila": {FirstName: "Leila"}, "": {ID: "1"},
	} {
		if got := p.DisplayName(); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}
