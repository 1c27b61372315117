package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"

	"frontdesk/internal/config"
	"frontdesk/internal/loopback"
	"frontdesk/store"
)

const (
	recordedWebhooks = "../../messenger/testdata/webhooks"
	recordedPages    = "109872000000101,109872000000202" // one that is named is not served
)

// recordedCast names those the recorded webhooks are about.
var recordedCast = strings.NewReplacer(
	"109872000000101", "A", "109872000000202", "B", "109872000000999", "unserved",
	"7412000000000101", "Maya", "7412000000000102", "Haruka", "7412000000000103", "Leila", "7412000000000104", "Tomás",
	"7412000000000201", "Priya", "7412000000000901", "guest", "7412000000000777", "somebody", "6150000000000", "",
	"b6f1c0de-1f5a-4c57-9d0e-5a2f9c1e7a11", "checkbox",
)

// recordedBodies are all recorded webhooks by name.
func recordedBodies(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(recordedWebhooks, "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("recorded webhooks: %d files, %v", len(files), err)
	}
	all := map[string]string{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = string(body)
	}
	return all
}

// TestRecordedWebhooksAlone posts each recorded webhook to a house that knows nothing else.
func TestRecordedWebhooksAlone(t *testing.T) {
	t.Parallel()
	all := recordedBodies(t)
	if len(all) != len(wantRecorded) {
		t.Errorf("%d recorded webhooks, and the table has %d", len(all), len(wantRecorded))
	}
	for name, body := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := recordedHouse(t)
			for range 2 { // the second time changes nothing
				if status, err := postSigned(t.Context(), h.base+"/webhook", killSecret, body); err != nil || status != http.StatusOK {
					t.Fatalf("the webhook answered %d, %v", status, err)
				}
			}
			if err := h.desk.CaughtUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(wantRecorded[name], sketchHouse(t, &door{Contract: h.desk, settings: s})); diff != "" {
				t.Errorf("what it led to (-want +got):\n%s", diff)
			}
		})
	}
}

// recordedHouse is a house in this process, as the recorded webhooks know it.
func recordedHouse(t *testing.T) (*house, config.Settings) {
	t.Helper()
	s, err := config.Load(t.Context(), config.Source{DataDir: t.TempDir(), Login: "ana", Environ: recordedEnviron("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	logger, file, err := openLogger(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := file.Close(); err != nil {
			t.Errorf("close the log file: %v", err)
		}
	})
	st, err := openStores(t.Context(), s.DataDir, 0, logger)
	if err != nil {
		t.Fatal(err)
	}
	h, err := buildHouse(t.Context(), st, plan{settings: s, logger: logger, private: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the house: %v", err)
		}
	})
	return h, s
}

func recordedEnviron(listen string) []string {
	return []string{
		"FRONTDESK_LISTEN=" + listen, "FRONTDESK_APP_SECRET=" + killSecret, "FRONTDESK_PAGE_ID=" + recordedPages,
		"FRONTDESK_PAGE_TOKEN=token-a,token-b", "FRONTDESK_APP_ID=512340000000007", "FRONTDESK_GRAPH_URL=http://127.0.0.1:1",
		"FRONTDESK_MEDIA=off", // they name addresses of the real platform
	}
}

// sketchHouse is all that list and show print, as --json, in few words: a line for each conversation, and below it one
// for each of its lines.
func sketchHouse(t *testing.T, d *door) []string {
	t.Helper()
	var out bytes.Buffer
	if _, err := list(t.Context(), d, &out, store.Query{}, 0, true); err != nil {
		t.Fatal(err)
	}
	conversations := decodeLines(t, out.String())
	slices.SortFunc(conversations, func(a, b map[string]any) int { return cmp.Compare(said(a, "id"), said(b, "id")) })
	var sketch []string
	for _, c := range conversations {
		sketch = append(sketch, sketchConversation(c))
		out.Reset()
		if err := show(t.Context(), d, &out, store.ConversationID(said(c, "id")), true); err != nil {
			t.Fatal(err)
		}
		for _, m := range decodeLines(t, out.String()) {
			sketch = append(sketch, sketchLine(m))
		}
		checkPlain(t, d, store.ConversationID(said(c, "id")))
	}
	return sketch
}

// checkPlain holds what people read of a conversation to text: nothing in it steers a terminal.
func checkPlain(t *testing.T, d *door, id store.ConversationID) {
	t.Helper()
	var out bytes.Buffer
	_, err := list(t.Context(), d, &out, store.Query{}, 0, false)
	if err := errors.Join(err, show(t.Context(), d, &out, id, false)); err != nil {
		t.Fatal(err)
	}
	steers := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) }
	if at := strings.IndexFunc(out.String(), steers); at >= 0 {
		t.Errorf("what is printed of %.80s holds %q", id, out.String()[at:min(at+20, out.Len())])
	}
}

// sketchConversation: who, status, unread, how they came in, and whether the window opened.
func sketchConversation(c map[string]any) string {
	words := []string{recordedCast.Replace(said(c, "id")), said(c, "status"), said(c, "unread"), said(c, "origin")}
	if c["unreplied"] == true {
		words = append(words, "waits")
	}
	for _, name := range []string{"origin_source", "ref"} {
		if word := said(c, name); word != "" {
			words = append(words, word)
		}
	}
	if c["window_closes_at"] != nil {
		words = append(words, "opens")
	}
	if labels, ok := c["labels"].([]any); ok {
		words = append(words, "labels="+strings.Trim(fmt.Sprint(labels), "[]"))
	}
	return strings.Join(words, " ")
}

// sketchLine: direction, kind, and what tells it from the plainest.
func sketchLine(m map[string]any) string {
	words := []string{"-", said(m, "direction"), said(m, "kind")}
	for _, name := range []string{"attachments", "elements", "buttons", "reactions", "details", "edits"} {
		if list, ok := m[name].([]any); ok && m["direction"] != "activity" { // which says its details itself
			words = append(words, fmt.Sprintf("%s=%d", name, len(list)))
		}
	}
	for _, name := range []string{"withdrawn", "feedback", "state"} {
		if word := said(m, name); word != "" {
			words = append(words, name+"="+word)
		}
	}
	if m["direction"] == "activity" {
		words = append(words, recordedCast.Replace(said(m, "text")))
	}
	return strings.Join(words, " ")
}

// said is a field as text, empty where there is none.
func said(object map[string]any, name string) string {
	if object[name] == nil {
		return ""
	}
	return fmt.Sprint(object[name])
}

func decodeLines(t *testing.T, lines string) []map[string]any {
	t.Helper()
	var objects []map[string]any
	for line := range strings.Lines(lines) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, object)
	}
	return objects
}

// TestRecordedWebhooksInAnyOrder posts all recorded webhooks to the program, in order and in other ways, and wants the
// commands to print the same for each, byte for byte.
func TestRecordedWebhooksInAnyOrder(t *testing.T) {
	t.Parallel()
	bodies := recordedBodies(t)
	var inOrder []string
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		inOrder = append(inOrder, bodies[name])
	}
	backwards := slices.Clone(inOrder)
	slices.Reverse(backwards)
	merged := []string{killPage + ":ref:6150000000000501", killPage + ":ref:b6f1c0de-1f5a-4c57-9d0e-5a2f9c1e7a11"}
	want := printedAfter(t, inOrder, 1, merged...)
	if len(want) < 10 {
		t.Fatalf("only %d conversations", len(want))
	}
	type way struct {
		bodies  []string
		atATime int
	}
	ways := map[string]way{
		"backwards":              {backwards, 1},
		"twice":                  {slices.Concat(inOrder, backwards), 1},
		"eight at a time":        {inOrder, 8},
		"shuffled, eight, twice": {shuffled(8, inOrder, inOrder), 8},
	}
	for seed := range uint64(3) {
		ways[fmt.Sprintf("shuffled by %d", seed)] = way{shuffled(seed, inOrder), 1}
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := gocmp.Diff(want, printedAfter(t, way.bodies, way.atATime, merged...)); diff != "" {
				t.Errorf("what is printed (-in order +%s):\n%s", name, diff)
			}
		})
	}
}

func shuffled(seed uint64, lists ...[]string) []string {
	all := slices.Concat(lists...)
	r := rand.New(rand.NewPCG(seed, 1))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// printedAfter posts bodies, so many at a time, to a program with an empty data folder, and returns what list --json
// prints, and what show --json prints of each conversation and of each id that was merged away. Views made again from
// the log say the same.
func printedAfter(t *testing.T, bodies []string, atATime int, merged ...string) map[string][]string {
	t.Helper()
	port, err := loopback.Port()
	if err != nil {
		t.Fatal(err)
	}
	program, environ := binary(t), append(recordedEnviron("127.0.0.1:"+port), home(t)...)
	server := startServe(t, program, environ)
	postAll(t, "http://127.0.0.1:"+port+"/webhook", bodies, atATime)

	printed := map[string][]string{}
	lines := func(args ...string) []string {
		out, err := command(program, environ, args...).Output()
		if err != nil {
			t.Fatalf("frontdesk %s: %v", strings.Join(args, " "), err)
		}
		return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	}
	printed["list"] = lines("list", "--json")
	for _, c := range decodeLines(t, strings.Join(printed["list"], "\n")) {
		id := said(c, "id")
		printed[id] = lines("show", id, "--json")
	}
	for _, id := range merged { // goes on working
		printed[id] = lines("show", id, "--json")
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
	if out, err := command(program, environ, "replay", "--check").CombinedOutput(); err != nil {
		t.Errorf("replay --check: %v\n%s", err, out)
	}
	return printed
}

// postAll posts bodies and wants each answered with 200.
func postAll(t *testing.T, url string, bodies []string, atATime int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	next := make(chan string)
	var posters sync.WaitGroup
	for range atATime {
		posters.Go(func() {
			for body := range next {
				if status, err := postSigned(ctx, url, killSecret, body); err != nil || status != http.StatusOK {
					t.Errorf("the webhook answered %d, %v", status, err)
				}
			}
		})
	}
	for _, body := range bodies {
		next <- body
	}
	close(next)
	posters.Wait()
}
