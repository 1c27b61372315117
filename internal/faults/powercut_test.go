//go:build linux

package faults

import (
	"cmp"
	"context"
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
	c := cutting{job: jobWhole, check: promises.check}
	c.aim = func(r *recorded, round int, chance *rand.Rand) int {
		if round%3 == 0 { // the first opening is short, and has most that is new
			first := slices.IndexFunc(r.ops, func(o op) bool { return o.kind == opPromise })
			return r.before + 1 + chance.IntN(first+10-r.before)
		}
		return r.before + 1 + chance.IntN(len(r.ops)-r.before)
	}
	c.rounds(t, cmp.Or(*rounds, cutsEachBuild), 0)
	t.Logf("%d power cuts, %d of them lost or doubled something or left a damaged file; %d promises were looked up (-seed %d)",
		c.cuts, c.failed, c.lookedUp, c.seed)
}

// cutting is the power cut over and over while a job is done.
type cutting struct {
	job   string
	aim   func(r *recorded, round int, chance *rand.Rand) int // before which op the power goes
	check func(p promises, ctx context.Context, dir, beside string) error

	seed                   uint64
	cuts, failed, lookedUp int
}

// rounds cuts the power so often.
func (c *cutting) rounds(t *testing.T, wanted int, stream uint64) {
	t.Helper()
	c.seed = cmp.Or(*seed, uint64(time.Now().UnixNano()))
	chance := rand.New(rand.NewPCG(c.seed, stream))
	var r *recorded
	for round := range wanted {
		if round%cutsARecording == 0 {
			r = recordWork(t, c.job, round/cutsARecording, r, chance)
		}
		n := c.aim(r, round, chance)
		left, how := t.TempDir(), loss(chance.IntN(int(lossVariants)))
		p := r.cut(t, n, how, chance, left)
		c.cuts++
		c.lookedUp += p.number()
		if err := c.check(p, t.Context(), filepath.Join(left, "deep", "data"), t.TempDir()); err != nil {
			c.failed++
			t.Errorf("round %d (-seed %d): the power was cut after %d of %d calls, loss %d:\n%v", round+1, c.seed, n, len(r.ops), how, err)
		}
		must(t, os.RemoveAll(left))
	}
	if c.lookedUp == 0 {
		t.Error("nothing was promised before any of the cuts; the test shows nothing")
	}
}

// recorded is what the program did to a disk.
type recorded struct {
	dir      string // the folder that was recorded
	ops      []op
	before   int      // ops that say what was there before
	promised promises // before that
}

// recordWork records some days of work, on a new disk or on what a cut in the last recording left.
func recordWork(t *testing.T, job string, n int, last *recorded, chance *rand.Rand) *recorded {
	t.Helper()
	root := t.TempDir()
	r := &recorded{dir: filepath.Join(root, "disk", "deep")}
	must(t, os.Mkdir(filepath.Dir(r.dir), 0o700))
	if n%recordings != 0 {
		at := last.before + 1 + chance.IntN(len(last.ops)-last.before)
		r.promised = last.cut(t, at, loss(chance.IntN(int(lossVariants))), chance, filepath.Dir(r.dir))
	}
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+root, jobEnv+"="+job, fmt.Sprintf("%s=%d", dayEnv, n%recordings*workDays))
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
