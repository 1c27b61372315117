package house_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "frontdesk/"

// rooms are the rooms of the house with what each may import of it. Every arrow points down; a room that is not here
// does not exist. A folder within a room belongs to it, unless it has a line of its own.
var rooms = map[string][]string{
	"cmd/frontdesk": {
		"tui", "desk", "desk/media", "desk/presence", "desk/embedding", "ingest", "plugin", "plugin/browser", "plugin/rehearsal", "store", "store/bolt", "messenger",
		"internal/config", "internal/control", "internal/logfile", "internal/metrics", "internal/bench",
	},
	"tui":               {"desk", "desk/embedding", "store", "messenger"},
	"desk":              {"desk/media", "desk/presence", "desk/embedding", "store", "messenger"},
	"desk/media":        {"store", "messenger"},
	"desk/presence":     {"store"},
	"desk/embedding":    {"messenger"},
	"ingest":            {"store", "messenger", "internal/intake"},
	"plugin":            {"messenger", "internal/intake", "internal/boltfile"},
	"plugin/browser":    {},
	"plugin/rehearsal":  {"plugin", "messenger"},
	"store":             {"messenger"},
	"store/bolt":        {"store", "messenger", "internal/boltfile"},
	"store/storetest":   {"store", "messenger"},
	"messenger":         {},
	"internal/bench":    {"tui", "desk", "ingest", "store", "store/bolt", "messenger", "internal/control", "internal/generate"},
	"internal/boltfile": {},
	"internal/chromium": {},
	"internal/config":   {"messenger"},
	"internal/control":  {"desk", "store", "messenger"},
	"internal/faults": {
		"desk", "ingest", "plugin", "store", "store/bolt", "messenger", "internal/boltfile", "internal/config", "internal/control",
	},
	"internal/faulty":   {},
	"internal/generate": {"store"},
	"internal/house":    {},
	"internal/intake":   {},
	"internal/logfile":  {},
	"internal/loopback": {},
	"internal/metrics":  {},
	"internal/npm":      {},
	"internal/picture":  {"tui", "desk", "store", "messenger"},
}

// forTests is what tests may import beyond their room's arrows: the real store, the suite that holds it to its word, the
// real folder of files, what breaks requests on their way, a real browser, and what comes from npm.
var forTests = []string{"store", "store/bolt", "store/storetest", "ingest", "desk/media", "internal/faulty", "internal/loopback", "internal/chromium", "internal/npm"}

// forTestsOf are rooms whose tests need more than that: what a browser gets is tried with the platform it speaks to.
var forTestsOf = map[string][]string{"plugin/browser": {"plugin", "messenger"}}

// strictTests are rooms whose tests keep to the arrows too: they could run on another machine.
var strictTests = []string{"plugin", "plugin/rehearsal", "messenger", "internal/config", "internal/intake", "internal/logfile", "internal/metrics", "internal/boltfile", "internal/faulty", "internal/chromium", "internal/npm"}

func TestArrowsPointDown(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && path != "../.." || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		files++
		checkImports(t, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files were looked at; is the module's root two folders up?", files)
	}
}

func checkImports(t *testing.T, path string) {
	t.Helper()
	rel, err := filepath.Rel("../..", path)
	if err != nil {
		t.Fatal(err)
	}
	rel = filepath.ToSlash(rel)
	room, ok := roomOf(filepath.ToSlash(filepath.Dir(rel)))
	if !ok {
		t.Errorf("%s stands in no room of the house; give it one in this test and in the guide to the code", rel)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
		}
		target, ours := strings.CutPrefix(imported, module)
		if !ours || allowed(room, target, strings.HasSuffix(rel, "_test.go")) {
			continue
		}
		t.Errorf("%s imports %s: %s may import only %v", rel, imported, room, rooms[room])
	}
}

// roomOf is the nearest room a folder belongs to.
func roomOf(dir string) (string, bool) {
	for dir != "." && dir != "/" {
		if _, ok := rooms[dir]; ok {
			return dir, true
		}
		dir = filepath.ToSlash(filepath.Dir(dir))
	}
	return "", false
}

func allowed(room, target string, inTest bool) bool {
	to, ok := roomOf(target)
	switch {
	case !ok:
		return false
	case to == room || slices.Contains(rooms[room], to):
		return true
	default:
		return inTest && !slices.Contains(strictTests, room) && (slices.Contains(forTests, to) || slices.Contains(forTestsOf[room], to))
	}
}

// TestArrowsAreNoCircle shows that the table itself is a house, with a floor below every room but the lowest.
func TestArrowsAreNoCircle(t *testing.T) {
	t.Parallel()
	var visit func(room string, above []string)
	visit = func(room string, above []string) {
		if slices.Contains(above, room) {
			t.Fatalf("a circle: %s", strings.Join(append(above, room), " → "))
		}
		for _, below := range rooms[room] {
			if _, ok := rooms[below]; !ok {
				t.Errorf("%s may import %s, which is no room", room, below)
			}
			visit(below, append(slices.Clone(above), room))
		}
	}
	for room := range rooms {
		visit(room, nil)
	}
}
