//go:build linux

package faults

import (
	"cmp"
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
	cutsARecording = 50 // then the program is recorded again
)

// TestPowerCut records what the stores ask of the disk while they are opened for the first time, used and closed, days
// on end. Then it cuts the power after any of these calls: what was synced stays, of the rest any part does, down to
// sectors of 512 bytes; names that no folder was synced with may be gone. What the stores had acknowledged by then must
// be there, once, every file whole, and the desk must go on from there.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	seed := cmp.Or(*seed, uint64(time.Now().UnixNano()))
	chance := rand.New(rand.NewPCG(seed, 0))
	wanted := cmp.Or(*rounds, cutsEachBuild)
	var ops []op
	var program string
	failed, promised := 0, 0
	for round := range wanted {
		if round%cutsARecording == 0 {
			program = t.TempDir()
			must(t, os.MkdirAll(filepath.Join(program, "disk"), 0o700))
			child := exec.CommandContext(t.Context(), os.Args[0])
			child.Env = append(os.Environ(), childEnv+"="+program)
			child.Stderr = os.Stderr
			ops = record(t, child, filepath.Join(program, "disk", "deep"), filepath.Join(program, promisesTo))
		}
		n := 1 + chance.IntN(len(ops))
		if round%3 == 0 { // the first opening is short, and has most names that are new
			first := slices.IndexFunc(ops, func(o op) bool { return o.kind == opPromise })
			n = 1 + chance.IntN(first+10)
		}
		how := loss(chance.IntN(int(lossVariants)))
		p, err := parsePromises(ops[:n])
		must(t, err)
		promised += len(p.events) + len(p.drafts) + len(p.visitors)
		left := t.TempDir()
		cut(t, ops, n, how, chance, filepath.Join(program, "disk", "deep"), left)
		if err := p.check(t.Context(), filepath.Join(left, "deep", "data"), t.TempDir()); err != nil {
			failed++
			t.Errorf("round %d (-seed %d): the power was cut after %d of %d calls, loss %d:\n%v", round+1, seed, n, len(ops), how, err)
		}
		must(t, os.RemoveAll(left))
	}
	if promised == 0 {
		t.Error("nothing was promised before any of the cuts; the test shows nothing")
	}
	t.Logf("%d power cuts, %d of them lost or doubled something or left a damaged file; %d promises were looked up (-seed %d)",
		wanted, failed, promised, seed)
}
