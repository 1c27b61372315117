package plugin_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

const visitorKey = "c2VjcmV0IG9mIGEgYnJvd3Nlcg"

func TestABrowserThatAsksAgainIsOneVisitor(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	clock := newClock()
	o := plugin.Options{Path: filepath.Join(t.TempDir(), "plugin.db"), Subscribers: r.subscriptions(), Now: clock.now}
	p := start(t, o)
	body := `{"page_id":"` + siteID + `","ref":"pricing","name":"Mara","key":"` + visitorKey + `"}`
	first := p.call("POST", "/plugin/visitors", "", body)
	if first.status != 200 || first.body["token"] == nil {
		t.Fatalf("a new visitor got %d %v", first.status, first.body)
	}
	r.next(messenger.KindPostback)
	p.stop()
	p = start(t, o) // the answer was lost, and the platform came up again
	clock.move(9 * time.Minute)
	if again := p.call("POST", "/plugin/visitors", "", body); again.status != 200 || fmt.Sprint(again.body) != fmt.Sprint(first.body) {
		t.Errorf("asking again answered %d %v, want %v", again.status, again.body, first.body)
	}
	if other := p.call("POST", "/plugin/visitors", "", strings.Replace(body, visitorKey, visitorKey+"2", 1)); other.body["id"] == first.body["id"] {
		t.Error("another browser's key is the same visitor")
	}
	r.next(messenger.KindPostback)
	if n := len(r.events); n > 0 {
		t.Errorf("%d more events came than visitors", n)
	}
	clock.move(2 * time.Minute)
	for name, key := range map[string]string{"of long ago": visitorKey, "of 21 characters": visitorKey[:21], "with a blank": visitorKey + " "} {
		a := p.call("POST", "/plugin/visitors", "", `{"page_id":"`+siteID+`","key":"`+key+`"}`)
		if fault, _ := a.body["error"].(map[string]any); a.status != 400 || fault["field"] != "key" {
			t.Errorf("a key %s answered %d %v", name, a.status, a.body)
		}
	}
}

func TestABrowserThatAsksTwiceAtOnceIsOneVisitor(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	ids := make([]any, 6)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			ids[i] = p.call("POST", "/plugin/visitors", "", `{"page_id":"`+siteID+`","key":"`+visitorKey+`"}`).body["id"]
		})
	}
	all.Wait()
	for _, id := range ids {
		if id == nil || id != ids[0] {
			t.Fatalf("one browser is the visitors %v", ids)
		}
	}
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	_, token := p.visitor(plugin.Profile{})
	raw, err := base64.RawURLEncoding.DecodeString(token)
	must(t, err)
	swapped := append([]byte{raw[0] ^ 1}, raw[1:]...)
	cut := base64.RawURLEncoding.EncodeToString(raw[:32])
	for name, forged := range map[string]string{
		"another secret":         base64.RawURLEncoding.EncodeToString(swapped),
		"no signature":           cut,
		"half a signature":       base64.RawURLEncoding.EncodeToString(raw[:40]),
		"more than it is":        token + "AAAA",
		"other bits at the end":  token[:len(token)-1],
		"a signature of nothing": base64.RawURLEncoding.EncodeToString(make([]byte, 48)),
		"no base64":              "Bearer " + token,
	} {
		if a := p.call("GET", "/plugin/messages", forged, ""); a.status != 401 {
			t.Errorf("a token with %s answered %d %v", name, a.status, a.body)
		}
	}
	if a := p.call("GET", "/plugin/messages", token, ""); a.status != 200 {
		t.Errorf("the token itself answered %d %v", a.status, a.body)
	}
}

// Visitors of a file that is older than signatures stay who they are.
func TestTokensOfAnOlderFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	p := start(t, plugin.Options{Path: path})
	c, token := p.visitor(plugin.Profile{})
	p.stop()
	old := base64.RawURLEncoding.EncodeToString([]byte("thirty-two bytes that are secret"))
	change(t, path, func(tx *bolt.Tx) error {
		from, to := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(old))
		tokens := tx.Bucket([]byte("tokens"))
		if err := tokens.Put(to[:], tokens.Get(from[:])); err != nil {
			return err
		}
		return tx.Bucket([]byte("about")).Delete([]byte("token_key"))
	})
	p = start(t, plugin.Options{Path: path})
	if known, err := p.Visitor(t.Context(), old); err != nil || known.ID != c.ID {
		t.Errorf("a token of an older file is %+v (%v)", known, err)
	}
	if a := p.call("GET", "/plugin/messages", token, ""); a.status != 401 {
		t.Errorf("a token signed by another file answered %d", a.status)
	}
	if _, renewed := p.visitor(plugin.Profile{}); len(renewed) <= len(old) {
		t.Error("new tokens are not signed")
	}
}

// change writes in the file of a server that has ended.
func change(t *testing.T, path string, do func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: patience})
	must(t, err)
	must(t, db.Update(do))
	must(t, db.Close())
}

func TestACustomerWhoseBrowserAsksAgain(t *testing.T) {
	t.Parallel()
	c, r := newClock(), newReceiver(t)
	o := known(c)
	o.Subscribers = r.subscriptions()[:1]
	p := start(t, o)
	body := strings.Replace(vouched(c.mara(), identitySecret), `{`, `{"key":"`+visitorKey+`",`, 1)
	first := p.call("POST", "/plugin/visitors", "", body)
	again := p.call("POST", "/plugin/visitors", "", body)
	if first.status != 200 || first.body["token"] == nil || fmt.Sprint(first.body) != fmt.Sprint(again.body) {
		t.Errorf("a customer who asks twice got %d %v and then %d %v", first.status, first.body, again.status, again.body)
	}
	r.next(messenger.KindPostback)
	p.call("POST", "/plugin/messages", first.body["token"].(string), `{"text":"hello"}`)
	r.next(messenger.KindMessage) // and no second arrival before it
}
