package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// layer is one place settings come from.
type layer struct {
	values map[string]string
	where  func(key string) string // names the key as the user wrote it
}

func flagLayer(flags map[string]string) layer {
	return layer{values: flags, where: func(key string) string { return "--" + strings.ReplaceAll(key, "_", "-") }}
}

// envLayer takes the FRONTDESK_ variables, and warns of those that are no settings.
func envLayer(environ []string) (layer, []string) {
	l := layer{values: map[string]string{}, where: Variable}
	var warnings []string
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		rest, ok := strings.CutPrefix(name, envPrefix)
		if !ok || strings.HasPrefix(name, envTestPrefix) || value == "" {
			continue
		}
		key := strings.ToLower(rest)
		if Variable(key) == name && slices.Contains(allKeys, key) {
			l.values[key] = strings.TrimSpace(value)
			continue
		}
		warning := fmt.Sprintf("The variable %s is no setting of frontdesk and is not used.", name)
		if like := nearest(key, allKeys); like != "" {
			warning += fmt.Sprintf(" Did you mean %s?", Variable(like))
		}
		warnings = append(warnings, warning)
	}
	slices.Sort(warnings)
	return l, warnings
}

// fileLayer reads config.toml. A file that is not there gives nothing.
func fileLayer(path string) (layer, []string, error) {
	l := layer{values: map[string]string{}, where: func(key string) string { return key + " in " + path }}
	if path == "" {
		return l, nil, nil
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), toml.Parser()); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return l, nil, nil
		}
		return l, nil, tomlError(path, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return l, nil, fmt.Errorf("read the settings: %w", err)
	}
	var faults []error
	for _, key := range k.Keys() {
		at := fmt.Sprintf("%s line %d", path, lineOf(text, key))
		if !slices.Contains(allKeys, key) {
			fault := fmt.Sprintf("%s: %q is no setting of frontdesk", at, key)
			if like := nearest(key, allKeys); like != "" {
				fault += fmt.Sprintf("; did you mean %s?", like)
			} else {
				fault += "; remove it, or see docs/guide/settings.md"
			}
			faults = append(faults, errors.New(fault))
			continue
		}
		value, ok := plainText(k.Get(key))
		if !ok {
			faults = append(faults, fmt.Errorf("%s: %s must be a text in quotes, a whole number, true or false, or a list of texts", at, key))
			continue
		}
		if value = strings.TrimSpace(value); value != "" {
			l.values[key] = value
		}
	}
	return l, readableByOthers(path, l), errors.Join(faults...)
}

// readableByOthers warns when secrets stand in a file that other users of the machine can read.
func readableByOthers(path string, l layer) []string {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	for _, key := range secretKeys {
		if l.values[key] != "" {
			return []string{fmt.Sprintf("%s holds secrets and others can read it. Do: chmod 600 %s", path, path)}
		}
	}
	return nil
}

// tomlError says where config.toml can't be read, without the text that stands there: it may be a secret.
func tomlError(path string, err error) error {
	var at interface {
		error
		Position() (row, column int)
	}
	if errors.As(err, &at) {
		row, column := at.Position()
		return fmt.Errorf("%s line %d, column %d is not TOML: %s; texts stand in quotes, as in listen = \"127.0.0.1:8080\"",
			path, row, column, withoutValue(strings.TrimPrefix(at.Error(), "toml: ")))
	}
	var denied *fs.PathError
	if errors.As(err, &denied) { // names the file already
		return fmt.Errorf("read the settings: %w", err)
	}
	return fmt.Errorf("read the settings in %s: %s", path, strings.TrimPrefix(err.Error(), "toml: "))
}

// withoutValue leaves out the value that a parser's complaint about a number ends with: a secret that begins with a digit
// and lacks its quotes is one.
func withoutValue(complaint string) string {
	complaint, _, _ = strings.Cut(complaint, ": strconv.")
	return complaint
}

// lineOf is the line on which key is set, 1 when it can't be found.
func lineOf(text []byte, key string) int {
	last := key[strings.LastIndexByte(key, '.')+1:]
	re := regexp.MustCompile(`^\s*\[?\s*["']?(` + regexp.QuoteMeta(key) + `|` + regexp.QuoteMeta(last) + `)["']?\s*(=|\.|\])`)
	for i, line := range strings.Split(string(text), "\n") {
		if re.MatchString(line) {
			return i + 1
		}
	}
	return 1
}

// plainText is v as a variable would hold it; a list is joined with commas.
func plainText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool:
		return strconv.FormatBool(v), true
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			part, ok := plainText(element)
			if !ok || strings.Contains(part, ",") {
				return "", false
			}
			parts[i] = part
		}
		return strings.Join(parts, ","), true
	default:
		return "", false
	}
}
