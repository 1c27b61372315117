package browser

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed assets
var assets embed.FS

// content is something to be served, made ready once: its bytes, the same compressed, and a tag for its state.
type content struct {
	kind   string // Content-Type
	plain  []byte
	zipped []byte // nil where it gains nothing
	tag    string
}

// kinds are the files a browser may have.
var kinds = map[string]string{
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".html": "text/html; charset=utf-8",
}

// plainContent is content for once: it is not compressed.
func plainContent(kind string, body []byte) *content {
	sum := sha256.Sum256(body)
	return &content{kind: kind, plain: body, tag: hex.EncodeToString(sum[:8])}
}

func newContent(kind string, body []byte) (*content, error) {
	c := plainContent(kind, body)
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(body)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("compress what browsers get: %w", err)
	}
	if zipped.Len() < len(body) {
		c.zipped = zipped.Bytes()
	}
	return c, nil
}

// serve writes it, compressed for whoever takes that, or says that the browser has it already.
func (c *content) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	body, tag := c.plain, `"`+c.tag+`"`
	if c.zipped != nil && takesGzip(r) {
		body, tag = c.zipped, `"`+c.tag+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if hasTag(r, tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", c.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // who has gone needs no answer
	}
}

// takesGzip reads Accept-Encoding as far as there is something to choose: gzip, unless its weight is 0.
func takesGzip(r *http.Request) bool {
	for _, offer := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(offer), ";")
		if name = strings.TrimSpace(name); !strings.EqualFold(name, "gzip") && name != "*" {
			continue
		}
		weight, given := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !given || err == nil && q > 0
	}
	return false
}

// hasTag reports whether the browser has this state of it.
func hasTag(r *http.Request, tag string) bool {
	for _, known := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		if known = strings.TrimSpace(known); known == "*" || strings.TrimPrefix(known, "W/") == tag {
			return true
		}
	}
	return false
}

// bundle is a folder of files that are served together under the hash of all of them, so that a browser may keep them
// for ever and never mixes two states.
type bundle struct {
	hash  string
	files map[string]*content // by path in the folder
}

// newBundle reads a folder.
func newBundle(folder string) (*bundle, error) {
	b := &bundle{files: map[string]*content{}}
	var names []string
	err := fs.WalkDir(assets, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		kind, ok := kinds[path.Ext(name)]
		if !ok {
			return fmt.Errorf("%s is of no kind that browsers get", name)
		}
		body, err := assets.ReadFile(name)
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(name, folder+"/")
		names = append(names, rel)
		b.files[rel], err = newContent(kind, body)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what browsers get: %w", err)
	}
	slices.Sort(names)
	sum := sha256.New()
	for _, name := range names {
		fmt.Fprintf(sum, "%s %s\n", name, b.files[name].tag)
	}
	b.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	return b, nil
}
