package bolt

import (
	"context"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"frontdesk/store"
)

// usesBucket keeps names, as they are, with eight bytes of count each.
var usesBucket = []byte("uses")

var _ store.Uses = (*DeskDB)(nil)

// maxUseName keeps names well below what a key can hold.
const maxUseName = 1024

// Use counts one more use of name. A name of more than a kilobyte is refused.
func (d *DeskDB) Use(ctx context.Context, name string) error {
	if name == "" || len(name) > maxUseName {
		return fmt.Errorf("count a use: a name has 1 to %d bytes, this one %d", maxUseName, len(name))
	}
	err := d.update(ctx, func(tx *bolt.Tx) error {
		b := tx.Bucket(usesBucket)
		n, err := useCount(b.Get([]byte(name)))
		if err != nil {
			return err
		}
		return b.Put([]byte(name), binary.BigEndian.AppendUint64(nil, n+1))
	})
	if err != nil {
		return fmt.Errorf("count a use: %w", err)
	}
	return nil
}

// Uses returns how often each name was used.
func (d *DeskDB) Uses(ctx context.Context) (map[string]int, error) {
	uses := map[string]int{}
	err := d.view(ctx, func(tx *bolt.Tx) error {
		return tx.Bucket(usesBucket).ForEach(func(name, value []byte) error {
			n, err := useCount(value)
			uses[string(name)] = int(n) //nolint:gosec // nobody uses anything so often
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("load use counts: %w", err)
	}
	return uses, nil
}

func useCount(value []byte) (uint64, error) {
	switch len(value) {
	case 0:
		return 0, nil
	case 8:
		return binary.BigEndian.Uint64(value), nil
	}
	return 0, fmt.Errorf("a row is damaged: it has %d bytes instead of 8", len(value))
}
