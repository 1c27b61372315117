package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// logMethods are slog's, with the place at which their attributes begin.
var logMethods = map[string]int{"Debug": 1, "Info": 1, "Warn": 1, "Error": 1, "Log": 3, "With": 0}

// TestLogKeysAreConstants keeps the names of the log file's attributes in one file of each room: whoever searches the log
// file must not guess how a place in the code spelled them, and whoever adds one sees what may not be logged.
func TestLogKeysAreConstants(t *testing.T) {
	t.Parallel()
	calls := 0
	homes := map[string][]string{} // of a room's keys
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && path != "../.." || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && isLogCall(call) {
				calls++
				checkKeys(t, set, call)
			}
			return true
		})
		if room, ok := roomOf(filepath.ToSlash(filepath.Dir(strings.TrimPrefix(filepath.ToSlash(path), "../../")))); ok && hasLogKeys(file) {
			homes[room] = append(homes[room], path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room, files := range homes {
		if len(files) > 1 {
			t.Errorf("%s has keys of log lines in %v; keep them in one file", room, files)
		}
	}
	if calls < 15 || len(homes) < 5 {
		t.Errorf("only %d calls and %d rooms with keys were found; does this test still see them?", calls, len(homes))
	}
}

// isLogCall reports whether a call looks like one of a logger's: logger.Info, s.log.Warn, d.o.Logger.Error.
func isLogCall(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, known := logMethods[sel.Sel.Name]
	if !known || len(call.Args) < from {
		return false
	}
	switch of := sel.X.(type) {
	case *ast.Ident:
		return isLogger(of.Name)
	case *ast.SelectorExpr:
		return isLogger(of.Sel.Name)
	case *ast.CallExpr: // slog.New(…).With
		made, ok := of.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		pkg, ok := made.X.(*ast.Ident)
		return ok && pkg.Name == "slog"
	}
	return false
}

func isLogger(name string) bool {
	return slices.Contains([]string{"logger", "Logger", "log", "slog"}, name)
}

// checkKeys wants a constant in each place of a key.
func checkKeys(t *testing.T, set *token.FileSet, call *ast.CallExpr) {
	t.Helper()
	from := logMethods[call.Fun.(*ast.SelectorExpr).Sel.Name]
	if call.Ellipsis.IsValid() {
		return // the arguments were put together elsewhere
	}
	for i := from; i < len(call.Args); i += 2 {
		if key, ok := call.Args[i].(*ast.Ident); !ok || !strings.HasPrefix(key.Name, "log") {
			t.Errorf("%s: the key of an attribute is no constant named log…", set.Position(call.Args[i].Pos()))
		}
	}
}

// hasLogKeys reports whether a file declares keys: constants named log… whose value is one lower-case word.
func hasLogKeys(file *ast.File) bool {
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			values, ok := spec.(*ast.ValueSpec)
			if !ok || len(values.Values) != 1 {
				continue
			}
			value, ok := values.Values[0].(*ast.BasicLit)
			name := values.Names[0].Name
			// logError is a key, logFormat = 1 and logFileName = "frontdesk.log" are none.
			if ok && value.Kind == token.STRING && strings.HasPrefix(name, "log") && !strings.ContainsAny(value.Value, " .%") {
				return true
			}
		}
	}
	return false
}
