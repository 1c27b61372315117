//go:build linux

package faults

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

const (
	cutsEachBuild  = 60
	cutsARecording = 20 // then the program is recorded again
	recordings     = 4  // each but the first on what a cut in the one before left; then from the start
)

// TestPowerCut records what the stores ask of the disk while they are opened for the first time, used and closed, days
// on end. Then it cuts the power after any of these calls: what was synced stays, of the rest any part does, down to
// sectors of 512 bytes; names that no folder was synced with may be gone. What the stores had acknowledged by then must
// be there, once, every file whole, and the desk must go on from there. Every twenty cuts what one of them left is where
// the next recording begins, so that the power is also cut while the last cut is being mended.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	seed := cmp.Or(*seed, uint64(time.Now().UnixNano()))
	chance := rand.New(rand.NewPCG(seed, 0))
	wanted := cmp.Or(*rounds, cutsEachBuild)
	failed, lookedUp := 0, 0
	var r *recorded
	for round := range wanted {
		if round%cutsARecording == 0 {
			r = recordWork(t, round/cutsARecording, r, chance)
		}
		n := r.before + 1 + chance.IntN(len(r.ops)-r.before)
		if round%3 == 0 { // the first opening is short, and has most that is new
			first := slices.IndexFunc(r.ops, func(o op) bool { return o.kind == opPromise })
			n = r.before + 1 + chance.IntN(first+10-r.before)
		}
		left, how := t.TempDir(), loss(chance.IntN(int(lossVariants)))
		p := r.cut(t, n, how, chance, left)
		lookedUp += len(p.events) + len(p.drafts) + len(p.visitors)
		if err := p.check(t.Context(), filepath.Join(left, "deep", "data"), t.TempDir()); err != nil {
			failed++
			t.Errorf("round %d (-seed %d): the power was cut after %d of %d calls, loss %d:\n%v", round+1, seed, n, len(r.ops), how, err)
		}
		must(t, os.RemoveAll(left))
	}
	if lookedUp == 0 {
		t.Error("nothing was promised before any of the cuts; the test shows nothing")
	}
	t.Logf("%d power cuts, %d of them lost or doubled something or left a damaged file; %d promises were looked up (-seed %d)",
		wanted, failed, lookedUp, seed)
}

// recorded is what the program did to a disk.
type recorded struct {
	dir      string // the folder that was recorded
	ops      []op
	before   int      // ops that say what was there before
	promised promises // before that
}

// recordWork records some days of work, on a new disk or on what a cut in the last recording left.
func recordWork(t *testing.T, n int, last *recorded, chance *rand.Rand) *recorded {
	t.Helper()
	root := t.TempDir()
	r := &recorded{dir: filepath.Join(root, "disk", "deep")}
	must(t, os.Mkdir(filepath.Dir(r.dir), 0o700))
	if n%recordings != 0 {
		at := last.before + 1 + chance.IntN(len(last.ops)-last.before)
		r.promised = last.cut(t, at, loss(chance.IntN(int(lossVariants))), chance, filepath.Dir(r.dir))
	}
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+root, fmt.Sprintf("%s=%d", dayEnv, n%recordings*workDays))
	child.Stderr = os.Stderr
	r.ops, r.before = record(t, child, r.dir, filepath.Join(root, promisesTo))
	return r
}

// cut builds at root what the disk holds when the power goes after the first n ops, and returns what was promised.
func (r *recorded) cut(t *testing.T, n int, how loss, chance *rand.Rand, root string) promises {
	t.Helper()
	cut(t, r.ops[:n], how, chance, r.dir, root)
	p, err := r.promised.and(r.ops[:n])
	must(t, err)
	return p
}
