//go:build linux

package faults

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// loss is what a power cut leaves of what was not yet synced.
type loss uint8

const (
	loseAll     loss = iota // nothing of it
	loseNone                // all of it
	losePages               // any of its pages of 4096 bytes
	loseSectors             // any of its sectors of 512 bytes: a page may be torn
	loseNewest              // all but what was written last
	lossVariants
)

const (
	pageBytes   = 4096
	sectorBytes = 512
)

// cut builds below root what a disk holds when the power goes after these ops: everything that was synced, and of
// the rest what the kind of loss and chance leave. root stands for the folder that was recorded.
func cut(t *testing.T, ops []op, how loss, chance *rand.Rand, recorded, root string) {
	t.Helper()
	d := disk{how: how, chance: chance, ops: ops, safe: map[uint64]int{}, safeNames: map[string]int{}}
	for _, o := range d.ops {
		switch o.kind {
		case opSync:
			d.safe[o.file] = max(d.safe[o.file], o.upTo)
		case opSyncNames:
			d.safeNames[o.name] = max(d.safeNames[o.name], o.upTo)
		default:
		}
	}
	names := d.names()
	contents := d.contents()
	for _, path := range slices.Sorted(maps.Keys(names)) { // folders before what is in them
		target := filepath.Join(root, strings.TrimPrefix(path, filepath.Dir(recorded)))
		if _, err := os.Stat(filepath.Dir(target)); err != nil {
			continue // its folder has gone, and it with that
		}
		var err error
		if names[path].folder {
			err = os.Mkdir(target, 0o700)
		} else {
			err = os.WriteFile(target, contents[names[path].file], 0o600)
		}
		if err != nil {
			t.Fatalf("build what the power cut left: %v", err)
		}
	}
}

type disk struct {
	how       loss
	chance    *rand.Rand
	ops       []op
	safe      map[uint64]int // by file: ops before this one are on the disk
	safeNames map[string]int // by folder
}

// kept reports whether something that was not synced is on the disk all the same; i is its op.
func (d *disk) kept(i int) bool {
	switch d.how {
	case loseAll:
		return false
	case loseNone:
		return true
	case loseNewest:
		return i < len(d.ops)-1-d.chance.IntN(3)
	default:
		return d.chance.IntN(2) == 0
	}
}

// names are the paths that are on the disk, with the op that named them.
func (d *disk) names() map[string]op {
	names := map[string]op{}
	for i, o := range d.ops {
		if o.kind != opName && o.kind != opUnname {
			continue
		}
		if i >= d.safeNames[filepath.Dir(o.name)] && !d.kept(i) {
			continue
		}
		if o.kind == opName {
			names[o.name] = o
		} else {
			delete(names, o.name)
		}
	}
	return names
}

// contents are what is in the files, by inode.
func (d *disk) contents() map[uint64][]byte {
	files := map[uint64][]byte{}
	grow := func(file uint64, size int64) {
		if have := int64(len(files[file])); have < size {
			files[file] = append(files[file], make([]byte, size-have)...)
		}
	}
	for i, o := range d.ops {
		safe := i < d.safe[o.file]
		switch {
		case o.kind == opTruncate && (safe || d.kept(i)):
			grow(o.file, o.off)
			files[o.file] = files[o.file][:o.off]
		case o.kind == opWrite:
			unit := int64(pageBytes)
			if d.how == loseSectors {
				unit = sectorBytes
			}
			for from := int64(0); from < int64(len(o.data)); from += unit {
				part := o.data[from:min(from+unit, int64(len(o.data)))]
				if safe || d.kept(i) {
					grow(o.file, o.off+from+int64(len(part)))
					copy(files[o.file][o.off+from:], part)
				}
			}
		}
	}
	return files
}
